"""Listens to the gateway's local status socket, where each decision comes with its explanation as a JSON line."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path

LINE_SIZE_MAX = 256 * 1024
RETRY_S = 0.5

log = logging.getLogger(__name__)

Record = dict[str, object]


def parse_record(line: bytes) -> Record:
    """The record of one line; ValueError when it is no JSON object with a `type`."""
    record = json.loads(line)
    if not isinstance(record, dict) or not isinstance(record.get("type"), str):
        raise ValueError("no status record")  # noqa: TRY004 the line is wrong, not a type of ours
    return record


class GatewayStatus:
    """Connects again and again; `on_record` gets each record, `on_link` whether there is a connection."""

    def __init__(self, path: Path, *, on_record: Callable[[Record], None], on_link: Callable[[bool], None]) -> None:
        self._path = path
        self._on_record, self._on_link = on_record, on_link

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_SIZE_MAX)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            self._on_link(True)
            try:
                await self._read_records(reader)
            finally:
                writer.transport.abort()
                self._on_link(False)
            await asyncio.sleep(RETRY_S)

    async def _read_records(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._on_record(parse_record(line))
        except ConnectionError:
            return
        except ValueError as error:
            log.warning("%s: what came is no status of a gateway: %s", self._path, error)
