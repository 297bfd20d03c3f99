"""The worker's watch: each minute it runs the operations that are due, and now and then it forgets old runs."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from cloud.broom import keep_short
from cloud.database import DATABASE_FAULTS, Database
from cloud.errors import CloudError
from cloud.scheduled_operations import running, runs

LOOKED_EVERY_S: Final = 60.0
RUNS_KEPT: Final = timedelta(days=400)
_logger = logging.getLogger(__name__)


async def keep_operations(database: Database, *, every_s: float = LOOKED_EVERY_S) -> None:
    """Run what is due again and again until cancelled; a database that is away is tried again the next minute."""
    while True:
        try:
            await asyncio.to_thread(run_due, database)
        except DATABASE_FAULTS as error:
            _logger.warning("scheduled operations do not run now: %s", error)
        await asyncio.sleep(every_s)


async def keep_operation_runs_short(database: Database) -> None:
    """Prune the history of runs now and then until cancelled."""
    await keep_short("runs of operations", prune_some, database)


def run_due(database: Database) -> None:
    """Run every operation that is due; one that is refused does not keep the others."""
    with database.session() as session:
        due = running.list_due(session)
    for operation_id in due:
        try:
            running.run(database, operation_id)
        except CloudError as error:
            _logger.warning("the operation %s does not run now: %s", operation_id, error)


def prune_some(database: Database) -> bool:
    """Forget some old runs in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        count = runs.prune(session, session.now.date() - RUNS_KEPT)
    return count == runs.PRUNED_AT_ONCE
