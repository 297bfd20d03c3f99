"""The worker's broom: now and then it forgets the history of the state that is older than it is kept."""

import asyncio
import logging
from typing import Final

from cloud.database import DATABASE_FAULTS, Database
from cloud.desired_state import history

PRUNED_EVERY_S: Final = 3_600.0
_logger = logging.getLogger(__name__)


async def keep_history_short(database: Database, *, every_s: float = PRUNED_EVERY_S) -> None:
    """Prune again and again until cancelled; a database that is away is tried again the next time."""
    while True:
        try:
            while await asyncio.to_thread(prune_some, database) == history.PRUNED_AT_ONCE:
                pass
        except DATABASE_FAULTS as error:
            _logger.warning("the history of the state is not pruned now: %s", error)
        await asyncio.sleep(every_s)


def prune_some(database: Database) -> int:
    """Forget some of what is too old, in a transaction of its own; how many rows it was."""
    with database.transaction() as session:
        return history.prune(session, session.now - history.KEPT_FOR)
