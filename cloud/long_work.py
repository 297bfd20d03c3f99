"""Long work of the worker goes on in lots: each a short transaction, then a pause in which everybody else has a turn.

SQLite has one writer. Lots back to back would keep staff's clicks, the gateways' heartbeats and blocks waiting.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Final

from cloud.database import DATABASE_FAULTS, Database

Lots = Iterator[None]
"""Each step does one lot, of some 50 ms at most, and leaves no transaction open."""
_END: Final = object()
_logger = logging.getLogger(__name__)


async def keep_doing(what: str, begin: Callable[[Database], Lots], database: Database, *, every_s: float) -> None:
    """Do all lots that there are now and then until cancelled; a database that is away is tried again the next time."""
    while True:
        try:
            await take_turns(begin(database))
        except DATABASE_FAULTS as error:
            _logger.warning("%s: not now: %s", what, error)
        await asyncio.sleep(every_s)


async def take_turns(lots: Lots) -> None:
    """Do lot after lot in a thread, and pause after each for as long as it took."""
    while True:
        began_s = time.monotonic()
        if await asyncio.to_thread(next, lots, _END) is _END:
            return
        await asyncio.sleep(time.monotonic() - began_s)


def repeat(do_some: Callable[[Database], object], database: Database) -> Lots:
    """Lots of one kind: again and again, until `do_some` says that there was nothing to do, or no more."""
    while do_some(database):
        yield
