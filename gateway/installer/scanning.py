"""Looks for OSDP readers on a line, at every address and speed that was asked for."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from firmware_protocol.osdp import events
from firmware_protocol.osdp.replies import Identification
from gateway.installer.bench import OpenBench

PATIENCE_S: Final = 5.0
"""More than the slowest address at the lowest baud takes."""


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A reader on the line; `identification` None when it tells that in a secure channel only."""

    address: int
    baud: int
    identification: Identification | None


async def find_readers(
    open_bench: OpenBench, bauds: Sequence[int], addresses: Sequence[int]
) -> AsyncIterator[FoundReader]:
    """Yield each reader as it is found, one speed after the other."""
    for baud in bauds:
        async with open_bench(baud, []) as bench:
            bench.scan(addresses)
            while not isinstance(event := await bench.next_event(PATIENCE_S), events.ScanFinished):
                assert event is not None, "an address is given up long before"
                if isinstance(event, events.ReaderFound):
                    yield FoundReader(event.address, baud, event.identification)
