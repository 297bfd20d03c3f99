"""Every request body of the API has an example, and it is accepted."""

from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from cloud.app import _ROUTERS, API_PREFIX, build_app

DOCUMENT = build_app().openapi()


def _bodies() -> list[tuple[str, str, Any]]:
    routes = [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    found = [
        (method.lower(), API_PREFIX + route.path, route.body_field)
        for route in routes
        for method in route.methods or ()
    ]
    return sorted(
        ((method, path, field.field_info) for method, path, field in found if field), key=lambda each: each[:2]
    )


def test_every_body_of_json_has_an_example_that_is_accepted() -> None:
    """Ids in it need not exist: the model takes it."""
    wrong = []
    for method, path, field in _bodies():
        content = DOCUMENT["paths"][path][method]["requestBody"]["content"]
        if "application/json" not in content:
            continue
        example = content["application/json"].get("example")
        try:
            assert example is not None
            TypeAdapter(field.annotation).validate_python(example)
        except (AssertionError, ValueError) as error:
            wrong.append(f"{method} {path}: {error} {example}")
    assert not wrong, "\n".join(wrong)
