"""The worker sends what waits: a few at a time, woken by commits of its own process, and by the clock."""

import asyncio
import logging
from functools import partial
from typing import Final

from cloud.broom import keep_short
from cloud.database import DATABASE_FAULTS, Database
from cloud.kit.own_thread import in_own_thread
from cloud.kit.sealed_secrets import UnsealError
from cloud.settings import Settings
from cloud.webhooks import service
from cloud.webhooks.sending import send
from cloud.webhooks.service import Outcome, Parcel

TAKEN_AT_ONCE: Final = 8
LOOKED_EVERY_S: Final = 2.0
_logger = logging.getLogger(__name__)


async def keep_delivering(settings: Settings, database: Database) -> None:
    """Send until cancelled; a database that is away is tried again."""
    with database.wakeups.subscribe("webhooks") as subscription:
        while True:
            try:
                while await deliver_some(settings, database):
                    pass
            except (*DATABASE_FAULTS, UnsealError) as error:
                _logger.warning("webhooks are not sent now: %s", error)
            await subscription.wait(timeout_s=LOOKED_EVERY_S)


async def deliver_some(settings: Settings, database: Database) -> int:
    """Try some of what is due, all at once; how many."""
    parcels = await asyncio.to_thread(_take, database, settings.secret)
    sending = [partial(send, each, may_be_private=settings.webhooks_may_be_private) for each in parcels]
    outcomes = await asyncio.gather(*(in_own_thread(each) for each in sending))
    for parcel, outcome in zip(parcels, outcomes, strict=True):
        await asyncio.to_thread(_record, database, parcel.delivery_id, outcome)
    return len(parcels)


async def keep_deliveries_short(database: Database) -> None:
    """Prune the log now and then until cancelled."""
    await keep_short("webhook deliveries", _prune_some, database)


def _take(database: Database, secret: bytes) -> list[Parcel]:
    with database.transaction() as session:
        return service.take_due(session, secret, limit=TAKEN_AT_ONCE)


def _record(database: Database, delivery_id: str, outcome: Outcome) -> None:
    with database.transaction() as session:
        service.record_outcome(session, delivery_id, outcome)


def _prune_some(database: Database) -> bool:
    with database.transaction() as session:
        return service.prune(session) == service.PRUNED_AT_ONCE
