"""Reading the access events: pages of the past, and what is new since an id."""

from collections.abc import Sequence

from cloud.access_events import repository
from cloud.access_events.models import AccessEvent
from cloud.access_events.repository import EventFilter
from cloud.database import UnitOfWork


def page(session: UnitOfWork, wanted: EventFilter, *, before_id: int | None, limit: int) -> Sequence[AccessEvent]:
    """At most `limit` events, the newest first, from below an id."""
    return repository.list_before(session, wanted, before_id, limit)


def news(session: UnitOfWork, wanted: EventFilter, *, after_id: int, limit: int) -> Sequence[AccessEvent]:
    """At most `limit` events, the oldest first, from above an id.

    Ids are committed in order: what lies below the last id seen never appears later.
    """
    return repository.list_after(session, wanted, after_id, limit)


def find_event(session: UnitOfWork, event_id: int) -> AccessEvent | None:
    """One event."""
    return session.get(AccessEvent, event_id)


def newest_id(session: UnitOfWork) -> int:
    """The id of the newest event, 0 if there is none: where a live feed begins."""
    return repository.newest_id(session)
