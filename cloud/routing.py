"""Put the routes of routers into the application as they are.

`FastAPI.include_router` makes every route a second time on the first request that passes by: with hundreds of routes
that is a second of waiting and tens of megabytes. Our routers ask nothing of the application but a prefix.
"""

import copy

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from cloud.api import open_transaction


def add_routes(app: FastAPI, router: APIRouter, *, prefix: str = "", is_in_schema: bool = True) -> None:
    """Serve a router's routes below a prefix; the router itself stays as it is, for the next application."""
    for route in router.routes:
        assert isinstance(route, APIRoute), "our routers hold nothing but API routes"
        own = copy.copy(route)
        own.path = prefix + route.path
        own.path_regex, own.path_format, own.param_convertors = compile_path(own.path)
        own.unique_id = route.name
        # Last of all: noting the use of an API key writes, too, and would wait for the request's own turn to be over.
        own.dependant.dependencies.sort(key=lambda each: each.call is open_transaction)
        own.include_in_schema = route.include_in_schema and is_in_schema
        app.router.routes.append(own)
