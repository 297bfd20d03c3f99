"""A trainer's sessions as an iCalendar file (RFC 5545)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icalendar import Event

from cloud.activities import service as activities
from cloud.bookings import service as bookings
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.repository import SessionFilter
from cloud.database import UnitOfWork
from cloud.rooms import service as rooms
from cloud.sites import service as sites

BEHIND: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=366)
REFRESH: Final = timedelta(minutes=15)


def calendar_of(session: UnitOfWork, staff_id: str, name: str) -> bytes:
    """The sessions of a trainer at all sites from a month ago to a year ahead (1000 at most); no member is named.

    Times are in UTC, which every calendar shows in its own zone; cancelled sessions are marked so.
    """
    from icalendar import Calendar  # megabytes that a service without feeds never needs

    wanted = SessionFilter(
        trainer_id=staff_id, since=session.now - BEHIND, until=session.now + AHEAD, has_cancelled=True
    )
    held = class_sessions.list_by_time(session, wanted)
    titles = {each.id: each.name for each in activities.list_all(session)}
    taken = bookings.count_by_session(session, [each.id for each in held])
    places = _places(session, held)
    calendar = Calendar()
    calendar.add("prodid", "-//Tornello//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for each in held:
        title = f"{titles[each.activity_id]} ({taken.get(each.id, 0)}/{each.seats})"
        calendar.add_component(_event(each, title, places[each.id], session.now))
    content: bytes = calendar.to_ical()
    return content


def _event(held: ClassSession, title: str, place: str, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{held.id}@tornello")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", held.starts_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtend", held.ends_at.astimezone(UTC).replace(microsecond=0))
    event.add("summary", title)
    event.add("location", place)
    event.add("status", "CANCELLED" if held.cancelled_at else "CONFIRMED")
    return event


def _places(session: UnitOfWork, held: Sequence[ClassSession]) -> Mapping[str, str]:
    clubs = {site.id: site.name for site in sites.list_sites(session)}
    names = {room.id: room.name for site_id in clubs for room in rooms.list_of_site(session, site_id)}
    return {
        each.id: ", ".join(part for part in (names.get(each.room_id or ""), clubs[each.site_id]) if part)
        for each in held
    }
