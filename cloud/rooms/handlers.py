"""What rooms do when something happens elsewhere."""

from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved
from cloud.errors import InUseError
from cloud.rooms import service


def keep_used_zones(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """A zone with a room stays: bookings of the room's sessions open it."""
    names = service.names_of_zone(session, event.rule_id, limit=5)
    if names:
        raise InUseError("zone", names)
