"""The worker's broom: now and then it sweeps away what is older than it is kept."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from cloud.database import DATABASE_FAULTS, Database

SWEPT_EVERY_S: Final = 3_600.0
_logger = logging.getLogger(__name__)


async def keep_short(
    what: str, prune_some: Callable[[Database], bool], database: Database, *, every_s: float = SWEPT_EVERY_S
) -> None:
    """Prune again and again until cancelled; a database that is away is tried again the next time.

    `prune_some` removes a little in a transaction of its own, and says whether there may be more.
    """
    while True:
        try:
            while await asyncio.to_thread(prune_some, database):
                pass
        except DATABASE_FAULTS as error:
            _logger.warning("%s: not pruned now: %s", what, error)
        await asyncio.sleep(every_s)
