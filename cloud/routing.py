"""Put the routes of routers into the application as they are, and find the one that a request is for.

`FastAPI.include_router` makes every route a second time on the first request that passes by: with hundreds of routes
that is a second of waiting and tens of megabytes. Our routers ask nothing of the application but a prefix.
"""

import copy
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path

from cloud.api import open_transaction

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_NOUN: Final = re.compile(r"(?:/api/v\d+)?/[^/]*")


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


def shelve_routes(app: FastAPI) -> None:
    """Let a request look for its route among those of its noun alone; call it when all routes are there."""
    app.router.middleware_stack = _Shelves(app.router)


class _Shelves:
    """The routes by the beginning of their address, in their order; what is on no shelf is left to the router. ASGI."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes: dict[str, list[APIRoute]] = {}
        for route in router.routes:
            if isinstance(route, APIRoute):
                noun = _noun_of(route.path)
                assert "{" not in noun, "an address begins with its noun"
                self._routes.setdefault(noun, []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._routes.get(_noun_of(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found, router=self._router)
                    await route.handle(scope, receive, send)
                    return
        await self._router.app(scope, receive, send)


def _noun_of(path: str) -> str:
    """`/api/v1/members` of `/api/v1/members/{member_id}`, `/members` of the page's."""
    found = _NOUN.match(path)
    return found[0] if found else ""
