"""A turnstile at the far end of a virtual lane: notes the relays, gives inputs, in the test's own loop."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class TurnstileOnSocket:
    """Listens at `path`. `relays` are the relays as they stand, `pulses` counts how often one closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.relays = {"in": False, "out": False}
        self.pulses: list[str] = []
        self.closed_at = 0.0
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._changed = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        return self._writer is not None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        if self._writer is not None:
            self._writer.close()

    def set_input(self, name: str, *, is_active: bool) -> None:
        assert self._writer is not None, "no gateway is connected"
        self._writer.write(json.dumps({"input": name, "active": is_active}).encode() + b"\n")

    def rotate(self, direction: str) -> None:
        """Somebody walks through."""
        self.set_input(f"pass_{direction}", is_active=True)
        self.set_input(f"pass_{direction}", is_active=False)

    async def until(self, condition: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._changed.set()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            while line := await reader.readline():
                self._take(json.loads(line))
        self._writer = None
        self._changed.set()
        writer.close()

    def _take(self, word: dict[str, Any]) -> None:
        if word["closed"] and not self.relays[word["relay"]]:
            self.closed_at = asyncio.get_running_loop().time()
            self.pulses.append(word["relay"])
        self.relays[word["relay"]] = word["closed"]
        self._changed.set()
