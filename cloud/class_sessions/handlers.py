"""What sessions do when something happens elsewhere."""

from sqlalchemy import select

from cloud.activities.models import Activity
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved
from cloud.errors import InUseError


def keep_used_zones(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """A zone of a session stays: bookings open it, and the history names it."""
    query = select(Activity.name).join(ClassSession, ClassSession.activity_id == Activity.id)
    names = session.scalars(query.where(ClassSession.zone_id == event.rule_id).distinct().limit(5)).all()
    if names:
        raise InUseError("zone", sorted(names))
