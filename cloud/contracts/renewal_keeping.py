"""The worker's calendar: several times a day it prolongs the recurring contracts that are due for it."""

from functools import partial
from typing import Final

from cloud.contracts import prolonging
from cloud.database import Database
from cloud.long_work import keep_doing, repeat

PROLONGED_EVERY_S: Final = 3_600.0


async def keep_contracts_going(database: Database) -> None:
    """Prolong now and then until cancelled."""
    lots = partial(repeat, prolong_some)
    await keep_doing("prolonging recurring contracts", lots, database, every_s=PROLONGED_EVERY_S)


def prolong_some(database: Database) -> int:
    """Prolong some contracts, in a transaction of its own; how many."""
    with database.transaction() as session:
        return prolonging.prolong_some(session)
