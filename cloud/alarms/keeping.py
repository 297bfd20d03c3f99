"""The worker forgets alarms that were acknowledged long ago, and the oldest when there are too many."""

from cloud.alarms import service
from cloud.broom import keep_short
from cloud.database import Database


async def keep_alarms_short(database: Database) -> None:
    """Prune now and then until cancelled."""
    await keep_short("alarms", prune_some, database)


def prune_some(database: Database) -> bool:
    """Forget some alarms in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        return service.prune(session) == service.PRUNED_AT_ONCE
