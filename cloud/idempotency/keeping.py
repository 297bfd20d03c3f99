"""The worker forgets keys that nobody will say again."""

from cloud.broom import keep_short
from cloud.database import Database
from cloud.idempotency import service


async def keep_keys_short(database: Database) -> None:
    """Prune now and then until cancelled."""
    await keep_short("idempotency keys", prune_some, database)


def prune_some(database: Database) -> bool:
    """Forget some keys in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        return service.prune(session) == service.PRUNED_AT_ONCE
