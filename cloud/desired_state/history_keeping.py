"""The worker forgets the history of the state that is older than it is kept."""

from cloud.broom import keep_short
from cloud.database import Database
from cloud.desired_state import history


async def keep_history_short(database: Database) -> None:
    """Prune now and then until cancelled."""
    await keep_short("the history of the state", prune_some, database)


def prune_some(database: Database) -> bool:
    """Forget some of what is too old, in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        return history.prune(session, session.now - history.KEPT_FOR) == history.PRUNED_AT_ONCE
