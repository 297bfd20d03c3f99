"""Lets the process end while event streams are open: they are told that their client has gone, and end themselves."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class StoppableApp:
    """An ASGI application whose streams end when `stop` is called; requests that are being answered are not hurt."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End every stream that is open, and those still to come."""
        self._stopped.set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_body_complete = is_response_open = False

        async def receive_until_stopped() -> Message:
            nonlocal is_body_complete
            if is_body_complete:
                return await self._gone(receive)
            message = await receive()
            is_body_complete = not message.get("more_body", False)
            return message

        async def send_watched(message: Message) -> None:
            nonlocal is_response_open
            is_response_open = message["type"] == "http.response.start" or message.get("more_body", False)
            await send(message)

        await self._app(scope, receive_until_stopped, send_watched)
        if is_response_open and self._stopped.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _gone(self, receive: Receive) -> Message:
        """Wait for the client to go, or for the end of the process."""
        waits = [asyncio.ensure_future(receive()), asyncio.ensure_future(self._stopped.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        return {"type": "http.disconnect"}
