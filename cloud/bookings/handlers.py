"""What bookings do when something happens elsewhere."""

from cloud.bookings import repository
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved
from cloud.errors import InUseError


def keep_used_zones(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """A zone that was ever booked stays: the history names it."""
    titles = repository.list_titles_of_zone(session, event.rule_id, limit=5)
    if titles:
        raise InUseError("zone", titles)
