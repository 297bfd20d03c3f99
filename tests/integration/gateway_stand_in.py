"""A gateway as the virtual turnstile sees one: an access control unit on the wire, a lane client, a status server.

It decides nothing; the test says what it sends.
"""

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Any, Self, TypeVar

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings

EventType = TypeVar("EventType", bound=events.Event)
PATIENCE_S = 40.0


class ReaderWire:
    """An access control unit with one reader on a serial port; keeps every event."""

    def __init__(self, port: Path, *, scbk: bytes, address: int = 0, baud: int = 115200) -> None:
        self._address = address
        settings = ReaderSettings(address, scbk=scbk)
        self._unit = AccessControlUnit([settings], baud=baud, random_bytes=secrets.token_bytes)
        self._loop = asyncio.get_running_loop()
        self._file = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self.events: list[events.Event] = []
        self._loop.add_reader(self._file, self._read)
        self._pump()

    def send(self, command: commands.Command) -> None:
        self._unit.send(self._address, command)
        self._pump()

    async def next(self, kind: type[EventType]) -> EventType:
        """Take the first event of a kind, waiting for it; the events before it are dropped."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self.events:
                    event = self.events.pop(0)
                    if isinstance(event, kind):
                        return event
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._file)
        os.close(self._file)

    def _read(self) -> None:
        self._unit.receive_bytes(os.read(self._file, 4096), self._loop.time())
        self._pump()

    def _pump(self) -> None:
        self._unit.handle_timer(self._loop.time())
        if data := self._unit.bytes_to_send():
            os.write(self._file, data)
        while (event := self._unit.next_event()) is not None:
            self.events.append(event)
            self._changed.set()
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._unit.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._pump)


class LaneClient:
    """The gateway's end of the virtual lane protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, path: Path) -> Self:
        return cls(*await asyncio.open_unix_connection(path))

    def switch_relay(self, direction: str, *, is_closed: bool) -> None:
        self.send_line(json.dumps({"relay": direction, "closed": is_closed}).encode())

    def send_line(self, line: bytes) -> None:
        self._writer.write(line + b"\n")

    async def read_input(self) -> tuple[str, bool]:
        async with asyncio.timeout(PATIENCE_S):
            word = json.loads(await self._reader.readline())
        return word["input"], word["active"]

    async def read_end(self) -> bytes:
        """Everything until the other end hangs up."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()

    def close(self) -> None:
        self._writer.close()


class StatusServer:
    """The gateway's local status socket."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listeners: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_failure: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._listeners:
            writer.close()

    def publish(self, record: dict[str, Any]) -> None:
        for writer in self._listeners:
            writer.write(json.dumps(record).encode() + b"\n")

    def _serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listeners.append(writer)


def decision_record(**changes: Any) -> dict[str, Any]:
    """A decision as the gateway's status socket tells it."""
    return {
        "type": "decision",
        "tap_id": "tap-1",
        "lane_id": "lan_1",
        "direction": "in",
        "reader": "entry",
        "credential_hash": "00" * 32,
        "outcome": "block",
        "reason": "membership_frozen",
        "rule": "contract_freeze",
        "revision": 41,
        "member_id": "mem_1",
        "flag_ids": [],
        "text": "Membership frozen",
        "decided_in_us": 180,
        "explanation": "The contract rests until 11 December.",
        "display": ["Membership", "frozen"],
        **changes,
    }
