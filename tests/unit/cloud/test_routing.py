"""A request finds its route among those of its noun, and the same one as among all."""

import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse

from cloud.routing import add_routes, shelve_routes


def _router(*addresses: str) -> APIRouter:
    router = APIRouter()
    for address in addresses:
        router.get(address)(_saying(address))
    return router


def _saying(text: str) -> Any:
    async def answer() -> PlainTextResponse:
        return PlainTextResponse(text)

    return answer


def _app() -> FastAPI:
    app = FastAPI()
    add_routes(app, _router("/members", "/members/{member_id}", "/members/new"), prefix="/api/v1")
    add_routes(app, _router("/", "/members", "/members/new", "/members/{member_id}", "/membership"))
    app.mount("/static", PlainTextResponse("a file"))
    shelve_routes(app)
    return app


def _answer(app: FastAPI, path: str, method: str = "GET") -> tuple[int, str]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/members", "/members"),
        ("/members/new", "/members/new"),
        ("/members/mem_1", "/members/{member_id}"),
        ("/membership", "/membership"),
        ("/api/v1/members", "/members"),
        ("/api/v1/members/new", "/members/{member_id}"),
        ("/static/x.css", "a file"),
    ],
)
def test_the_first_route_that_fits_answers(path: str, expected: str) -> None:
    assert _answer(_app(), path) == (200, expected)


@pytest.mark.parametrize(("path", "method", "status"), [("/members", "DELETE", 405), ("/x", "GET", 404)])
def test_what_no_route_answers_is_refused_as_ever(path: str, method: str, status: int) -> None:
    assert _answer(_app(), path, method)[0] == status
