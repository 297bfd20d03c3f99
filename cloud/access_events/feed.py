"""The live feed: new events as soon as they are committed, in any process, each once and in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from cloud.access_events import service
from cloud.access_events.models import AccessEvent
from cloud.access_events.repository import EventFilter
from cloud.database import Database

POLL_S: Final = 1.0
"""How late an event may be that another process has stored, of whose commit this one hears nothing."""
BATCH_MAX: Final = 100


async def follow(database: Database, wanted: EventFilter, after_id: int | None) -> AsyncIterator[Sequence[AccessEvent]]:
    """Yield batches of new events for ever; an empty one each second without news.

    Args:
        database: where the events are.
        wanted: which events.
        after_id: the last event that the follower has seen; None: only what comes from now on.
    """
    with database.wakeups.subscribe("access_events") as subscription:
        last_id = await asyncio.to_thread(_newest_id, database) if after_id is None else after_id
        while True:
            events = await asyncio.to_thread(_news, database, wanted, last_id)
            if events:
                last_id = events[-1].id
            yield events
            if len(events) < BATCH_MAX:
                await subscription.wait(POLL_S)


def _newest_id(database: Database) -> int:
    with database.session() as session:
        return service.newest_id(session)


def _news(database: Database, wanted: EventFilter, after_id: int) -> Sequence[AccessEvent]:
    with database.session() as session:
        return service.news(session, wanted, after_id=after_id, limit=BATCH_MAX)
