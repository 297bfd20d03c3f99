"""What every HTTP exchange gets at the door: a request id, a limit on its body, and careful headers. Plain ASGI.

The body is read before the application runs: at most `BODY_BYTES_MAX`, at addresses that end in `/upload` (files)
`UPLOAD_BYTES_MAX` (else 413), within `BODY_WITHIN_S` (else 408). For
a client that leaves before the end nothing is carried out. An address with a NUL character, which no database takes,
is answered with 400.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from cloud.kit import request_ids
from cloud.kit.problems import PROBLEM_MEDIA_TYPE, Problem, problem_body
from cloud.kit.request_ids import REQUEST_ID_HEADER

BODY_BYTES_MAX: Final = 1024 * 1024
UPLOAD_BYTES_MAX: Final = 8 * 1024 * 1024
BODY_WITHIN_S: Final = 20.0

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_BODY_TOO_SLOW: Final = Problem(
    type="urn:tornello:problem:body_too_slow",
    title="Too slow",
    status=408,
    detail=f"The body did not arrive within {BODY_WITHIN_S:g} seconds.",
    request_id="",
)
_NUL_IN_ADDRESS: Final = Problem(
    type="urn:tornello:problem:address_malformed",
    title="Bad request",
    status=400,
    detail="The address contains a NUL character.",
    request_id="",
)
_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class _ClientGoneError(Exception):
    """The client has left before its request was complete."""


class _BodyTooLongError(Exception):
    """The body exceeds `BODY_BYTES_MAX`."""


class RequestGuard:
    """Wraps an ASGI application. Headers that the application sets itself (the pages' own policy) stay."""

    def __init__(self, app: App, *, body_within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._body_within_s = body_within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_ids.begin(_header(scope, REQUEST_ID_HEADER))
        scope.setdefault("state", {})["request_id"] = request_id
        guarded = _add_headers(send, request_id)
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await _refuse(guarded, _NUL_IN_ADDRESS, request_id)
            return
        if scope["method"] in _BODILESS:
            await self._app(scope, receive, guarded)
            return
        bytes_max = UPLOAD_BYTES_MAX if scope["path"].endswith("/upload") else BODY_BYTES_MAX
        try:
            async with asyncio.timeout(self._body_within_s):
                body = await _read_body(receive, bytes_max)
        except _ClientGoneError:
            return
        except _BodyTooLongError:
            await _refuse(guarded, _too_large(bytes_max), request_id)
        except TimeoutError:
            await _refuse(guarded, _BODY_TOO_SLOW, request_id)
        else:
            await self._app(scope, _replay(body, receive), guarded)


def _header(scope: Scope, name: bytes) -> bytes | None:
    found: list[bytes] = [value for key, value in scope.get("headers", ()) if key.lower() == name]
    return found[0] if found else None


def _too_large(bytes_max: int) -> Problem:
    return Problem(
        type="urn:tornello:problem:body_too_large",
        title="Too large",
        status=413,
        detail=f"The body may have at most {bytes_max} bytes.",
        request_id="",
    )


async def _read_body(receive: Receive, bytes_max: int) -> bytearray:
    """The whole body. What a client leaves half said could mean something else than it wanted to say."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        body += message.get("body", b"")
        if len(body) > bytes_max:
            raise _BodyTooLongError
        if not message.get("more_body", False):
            return body


def _replay(body: bytearray, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _add_headers(send: Send, request_id: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [header for header in _HEADERS if header[0] not in present]
            headers.append((REQUEST_ID_HEADER, request_id.encode()))
            message["headers"] = headers
        await send(message)

    return guarded


async def _refuse(send: Send, problem: Problem, request_id: str) -> None:
    body = json.dumps(problem_body(problem.model_copy(update={"request_id": request_id}))).encode()
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # what is left of a long body is not read
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
