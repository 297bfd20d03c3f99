"""Records what crosses the OSDP buses as an OSDPCAP file, beside a running gateway or alone.

A running gateway lets its bytes be listened to on a socket of its own; without one the buses are served from here, with
the readers' keys, and what they say is recorded all the same. Keys that travel are zeroed, unless asked for.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from firmware_protocol.osdp.osdpcap import Direction, TraceRecorder, encode_trace_entry
from firmware_protocol.osdp.reader_settings import ReaderSettings
from gateway.adapters.reader_bus_serial.bench import open_bench
from gateway.adapters.reader_bus_serial.line import LineTap, Way
from gateway.config_readers import BusConfig
from gateway.installer.bench import InstallerError, InstallerRefusedError

LINE_SIZE_MAX: Final = 64 * 1024
_WAYS: Final[Mapping[str, Direction]] = {"in": Direction.IN, "out": Direction.OUT}


class TraceFile:
    """An OSDPCAP file being written, mode 0600; an existing one is not written over, a failure leaves no empty one.

    Raises:
        InstallerRefusedError: the file is there already.
        OSError: it cannot be made.
    """

    def __init__(self, path: Path, bauds: Mapping[str, int], *, has_keys: bool) -> None:
        self._recorders = {
            port: TraceRecorder(baud=baud, source=f"tornello-gateway {port}", has_keys=has_keys)
            for port, baud in bauds.items()
        }
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise InstallerRefusedError(f"{path} is there already: name another file, or move it away") from error
        self._path = path
        self._file = os.fdopen(descriptor, "w")
        self.frame_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        if exc is not None and not self.frame_count:
            self._path.unlink()

    def record(self, port: str, way: str, data: bytes, *, at_ns: int) -> None:
        """Write the frames that these bytes complete; `at_ns` is UTC since 1970."""
        for entry in self._recorders[port].record(_WAYS[way], data, now=time.monotonic(), at_ns=at_ns):
            self._file.write(encode_trace_entry(entry) + "\n")
            self.frame_count += 1
        self._file.flush()


async def capture_beside(socket_path: Path, path: Path, *, has_keys: bool, seconds: float | None) -> int:
    """Record what a running gateway sends and receives, until the time is over or Ctrl-C; gives the number of frames.

    Raises:
        ConnectionError, FileNotFoundError: no gateway listens there.
        InstallerError: the gateway ended, or let us go because we did not keep up.
    """
    reader, writer = await asyncio.open_unix_connection(socket_path, limit=LINE_SIZE_MAX)
    try:
        greeting = json.loads(await reader.readline())
        with TraceFile(path, {bus["port"]: bus["baud"] for bus in greeting["buses"]}, has_keys=has_keys) as file:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                async with asyncio.timeout(seconds):
                    while line := await reader.readline():
                        heard = json.loads(line)
                        file.record(heard["port"], heard["io"], bytes.fromhex(heard["data"]), at_ns=heard["at_ns"])
                    raise InstallerError(f"the gateway has ended, or this disk is too slow for it; {path} is cut short")
            return file.frame_count
    finally:
        writer.close()


async def capture_alone(buses: tuple[BusConfig, ...], path: Path, *, has_keys: bool, seconds: float | None) -> int:
    """Serve the buses and record what is said, until the time is over or Ctrl-C; gives the number of frames.

    Raises:
        PortUnusableError: a port cannot be opened, or was lost.
    """
    with TraceFile(path, {bus.port: bus.baud for bus in buses}, has_keys=has_keys) as file:
        serving = [asyncio.create_task(_serve(bus, _tap_for(bus.port, file))) for bus in buses]
        try:
            with contextlib.suppress(asyncio.CancelledError):
                done, _ = await asyncio.wait(serving, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                for failed in done:
                    failed.result()
        finally:
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)
        return file.frame_count


def _tap_for(port: str, file: TraceFile) -> LineTap:
    def listen(way: Way, data: bytes) -> None:
        file.record(port, way, data, at_ns=time.time_ns())

    return listen


async def _serve(bus: BusConfig, tap: LineTap) -> None:
    readers = [ReaderSettings(reader.address, scbk=reader.scbk) for reader in bus.readers]
    async with open_bench(bus.port, bus.baud, readers, tap=tap) as bench:
        while True:
            await bench.next_event(1.0)
