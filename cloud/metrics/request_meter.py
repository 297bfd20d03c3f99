"""Measures every HTTP exchange from outside the application, and tells of those that matter in the log. Plain ASGI.

No metric and no line names a member: addresses are told as their routes, without ids and queries.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

SLOW_S: Final = 1.0
API_PREFIX: Final = "/api/v1"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_STREAM_TYPE: Final = b"text/event-stream"
_logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Counting(Protocol):
    """Who wants to know of each exchange."""

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One exchange has ended."""


class RequestMeter:
    """Wraps the application; event streams are left out, they last as long as somebody looks."""

    def __init__(self, app: App, counting: Counting | None = None) -> None:
        self._app = app
        self._counting = counting

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status, is_stream = 0, False

        async def send_watched(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = any(value.startswith(_STREAM_TYPE) for _, value in message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            if status and not is_stream:
                self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
        method, route = scope["method"], route_of(scope)
        if self._counting is not None:
            self._counting.count(method, route, status, seconds)
        matters = method not in _SAFE or status >= 500 or seconds > SLOW_S
        fields = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
        _logger.log(
            logging.INFO if matters else logging.DEBUG,
            "%s %s: %d after %.0f ms",
            method,
            route,
            status,
            seconds * 1000,
            extra={"fields": fields},
        )


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The address as its pattern, `/api/v1/members/{member_id}`; one word for all that nobody answers."""
    pattern = getattr(scope.get("route"), "path", None)
    if not isinstance(pattern, str):
        return "static" if scope["path"].startswith("/static/") else "unknown"
    is_bare = scope["path"].startswith(API_PREFIX) and not pattern.startswith(API_PREFIX)
    return API_PREFIX + pattern if is_bare else pattern  # a route does not know where its router was included
