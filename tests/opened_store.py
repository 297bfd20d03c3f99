"""The gateway's store for the time of a test, on good disks and on bad ones."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.journal_events import SealedEvent
from tests.fake_clock import FakeClock


@contextlib.asynccontextmanager
async def opened(
    folder: Path, *, limits: JournalLimits | None = None, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> AsyncIterator[GatewayStore]:
    async with GatewayStore.open(folder, FakeClock(), limits=limits, factory=factory) as store:
        yield store


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(180):  # ends a hang, not a busy machine
            await test()

    asyncio.run(bounded())


async def everything_in(store: GatewayStore) -> list[SealedEvent]:
    await store.journal.flushed()
    return await store.journal.read_outbox(-1, 10_000_000)
