"""The worker's watch: each minute it runs the operations that are due, and now and then it forgets old runs."""

import logging
from datetime import timedelta
from typing import Final

from cloud.broom import keep_short
from cloud.database import Database
from cloud.errors import CloudError
from cloud.long_work import Lots, keep_doing
from cloud.scheduled_operations import running, runs

LOOKED_EVERY_S: Final = 60.0
RUNS_KEPT: Final = timedelta(days=400)
_logger = logging.getLogger(__name__)


async def keep_operations(database: Database) -> None:
    """Run what is due each minute until cancelled."""
    await keep_doing("running scheduled operations", run_due, database, every_s=LOOKED_EVERY_S)


async def keep_operation_runs_short(database: Database) -> None:
    """Prune the history of runs now and then until cancelled."""
    await keep_short("runs of operations", prune_some, database)


def run_due(database: Database) -> Lots:
    """Run every operation that is due; one that is refused does not keep the others."""
    with database.session() as session:
        due = running.list_due(session)
    for operation_id in due:
        try:
            yield from running.run(database, operation_id)
        except CloudError as error:
            _logger.warning("the operation %s does not run now: %s", operation_id, error)


def prune_some(database: Database) -> bool:
    """Forget some old runs in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        count = runs.prune(session, session.now.date() - RUNS_KEPT)
    return count == runs.PRUNED_AT_ONCE
