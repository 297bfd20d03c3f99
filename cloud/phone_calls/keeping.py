"""The worker forgets calls after 90 days: whoever became a lead of one is kept, the list of calls is not."""

from datetime import timedelta
from typing import Final

from cloud.broom import keep_short
from cloud.database import Database
from cloud.phone_calls import service

CALLS_KEPT: Final = timedelta(days=90)


async def keep_calls_short(database: Database) -> None:
    """Prune now and then until cancelled."""
    await keep_short("telephone calls", prune_some, database)


def prune_some(database: Database) -> bool:
    """Forget some calls in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        return service.prune(session, session.now - CALLS_KEPT) == service.PRUNED_AT_ONCE
