"""The worker's calendar: several times a day it prolongs the recurring contracts that are due for it."""

import asyncio
import logging
from typing import Final

from cloud.contracts import prolonging
from cloud.database import DATABASE_FAULTS, Database

PROLONGED_EVERY_S: Final = 3_600.0
_logger = logging.getLogger(__name__)


async def keep_contracts_going(database: Database, *, every_s: float = PROLONGED_EVERY_S) -> None:
    """Prolong again and again until cancelled; a database that is away is tried again the next time."""
    while True:
        try:
            while await asyncio.to_thread(prolong_some, database):
                pass
        except DATABASE_FAULTS as error:
            _logger.warning("recurring contracts are not prolonged now: %s", error)
        await asyncio.sleep(every_s)


def prolong_some(database: Database) -> int:
    """Prolong some contracts, in a transaction of its own; how many."""
    with database.transaction() as session:
        return prolonging.prolong_some(session)
