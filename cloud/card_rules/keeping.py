"""The worker's watch: each minute it runs the rules that are due, and now and then it forgets old runs."""

import logging
from datetime import timedelta
from typing import Final

from cloud.broom import keep_short
from cloud.card_rules import running
from cloud.database import Database
from cloud.errors import CloudError
from cloud.long_work import Lots, keep_doing

LOOKED_EVERY_S: Final = 60.0
RUNS_KEPT: Final = timedelta(days=400)
_logger = logging.getLogger(__name__)


async def keep_card_rules(database: Database) -> None:
    """Run what is due each minute until cancelled."""
    await keep_doing("running the rules of cards", run_due, database, every_s=LOOKED_EVERY_S)


async def keep_runs_short(database: Database) -> None:
    """Prune the history of runs now and then until cancelled."""
    await keep_short("runs of rules", prune_some, database)


def run_due(database: Database) -> Lots:
    """Run every rule that is due, each at each site; one that is refused does not keep the others."""
    with database.session() as session:
        due = running.list_due(session)
    for key, scope in due:
        try:
            yield from running.run(database, key, scope)
        except CloudError as error:
            _logger.warning("the rule %s does not run now at %s: %s", key, scope.site_id, error)


def prune_some(database: Database) -> bool:
    """Forget some old runs in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        count = running.prune(session, session.now.date() - RUNS_KEPT)
    return count == running.RUNS_PRUNED_AT_ONCE
