"""Who tells what of a member's past: one visible table. A page asks each of them once, whatever it shows."""

from typing import Final

from cloud.access_events import past as access_events
from cloud.billing import past as billing
from cloud.bookings import past as bookings
from cloud.comments import past as comments
from cloud.consents import past as consents
from cloud.contracts import past as contracts
from cloud.flags import past as flags
from cloud.members import past as members
from cloud.past import Source
from cloud.sales import past as sales
from cloud.tasks import past as tasks

SOURCES: Final[tuple[Source, ...]] = (
    *access_events.SOURCES,
    *members.SOURCES,
    *bookings.SOURCES,
    *contracts.SOURCES,
    *billing.SOURCES,
    *sales.SOURCES,
    *flags.SOURCES,
    *tasks.SOURCES,
    *comments.SOURCES,
    *consents.SOURCES,
)
