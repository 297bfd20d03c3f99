"""What the member card shows of booked sessions."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from cloud.access_rules.models import Zone
from cloud.bookings import service
from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking on the member card, its day and hours as the club's clock shows them."""

    booking: Booking
    zone_name: str
    day: date
    hours: str


def booking_views(session: UnitOfWork, member: Member) -> list[BookingView]:
    """What the member has booked that is not over, the earliest first."""
    views = []
    for booking in service.list_standing(session, [member.id]):
        if booking.ends_at <= session.now:
            continue
        place = session.get(Zone, booking.zone_id) if booking.zone_id else None
        zone = ZoneInfo(sites.get_site(session, booking.site_id).time_zone)
        starts, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
        views.append(BookingView(booking, place.name if place else "", starts.date(), f"{starts:%H:%M} – {ends:%H:%M}"))
    return views
