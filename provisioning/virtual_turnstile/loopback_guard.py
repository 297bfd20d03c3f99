"""Keeps the turnstile to the people in front of it: this machine's browsers, and this page alone.

Refuses hosts that are not this machine's names (a foreign page whose name was pointed at us), and requests that change
something when they come from another origin. Adds the headers that keep the page to its own files.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioning.virtual_turnstile.problems import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def is_loopback_host(host: str) -> bool:
    """Whether the Host header names this machine: localhost or a loopback address, with any port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_own_origin(origin: str, host: str) -> bool:
    """Whether a request's Origin is the page that we served under this Host."""
    return origin == f"http://{host}"


class LoopbackGuard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_loopback_host(host):
            await problem(421, "foreign_host", "this turnstile answers to the names of this machine only")(
                scope, receive, send
            )
            return
        if scope["method"] not in SAFE_METHODS and origin is not None and not is_own_origin(origin, host):
            await problem(403, "foreign_origin", "another page may not move this turnstile")(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)
