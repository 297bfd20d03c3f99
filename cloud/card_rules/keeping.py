"""The worker's watch: each minute it runs the rules that are due, and now and then it forgets old runs."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from cloud.broom import keep_short
from cloud.card_rules import running
from cloud.database import DATABASE_FAULTS, Database

LOOKED_EVERY_S: Final = 60.0
RUNS_KEPT: Final = timedelta(days=400)
_logger = logging.getLogger(__name__)


async def keep_card_rules(database: Database, *, every_s: float = LOOKED_EVERY_S) -> None:
    """Run what is due again and again until cancelled; a database that is away is tried again the next minute."""
    while True:
        try:
            await asyncio.to_thread(run_due, database)
        except DATABASE_FAULTS as error:
            _logger.warning("the rules of cards do not run now: %s", error)
        await asyncio.sleep(every_s)


async def keep_runs_short(database: Database) -> None:
    """Prune the history of runs now and then until cancelled."""
    await keep_short("runs of rules", prune_some, database)


def run_due(database: Database) -> None:
    """Run every rule that is due, each at each site."""
    with database.session() as session:
        due = running.list_due(session)
    for key, scope in due:
        running.run(database, key, scope)


def prune_some(database: Database) -> bool:
    """Forget some old runs in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        count = running.prune(session, session.now.date() - RUNS_KEPT)
    return count == running.RUNS_PRUNED_AT_ONCE
