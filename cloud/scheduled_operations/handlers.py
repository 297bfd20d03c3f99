"""What scheduled operations say when the search on which they run is about to change."""

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.domain_events import SavedSearchWithdrawn
from cloud.errors import InUseError
from cloud.scheduled_operations.models import ScheduledOperation


def keep_used_searches(session: UnitOfWork, event: SavedSearchWithdrawn) -> None:
    """Refuse what would leave an operation without its search, or would let one that is active touch other people."""
    query = select(ScheduledOperation.name).where(ScheduledOperation.search_id == event.search_id)
    if not event.is_gone:
        query = query.where(ScheduledOperation.is_active)
    if names := session.scalars(query.order_by(ScheduledOperation.name).limit(20)).all():
        raise InUseError("saved_search", names)
