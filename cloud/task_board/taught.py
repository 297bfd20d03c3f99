"""The sessions that somebody gives, as their agenda shows them: at every club, in a bounded number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud.activities import service as activities
from cloud.activities.models import Activity
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.repository import SessionFilter
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.rooms import service as rooms
from cloud.sites import service as sites

_ZONES_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TaughtSession:
    """A session with its numbers; `zone` is its club's, `room` empty if it is in none."""

    held: ClassSession
    activity: Activity
    room: str
    zone: ZoneInfo
    taken: int
    waiting: int

    @property
    def day(self) -> date:
        """On which day of the club it begins."""
        return local_day(self.held.starts_at, self.zone)

    @property
    def hours(self) -> str:
        """From when to when, on the club's clock."""
        starts, ends = (at.astimezone(self.zone) for at in (self.held.starts_at, self.held.ends_at))
        return f"{starts:%H:%M} – {ends:%H:%M}"


def find_taught(session: UnitOfWork, trainer_id: str, days: Sequence[date]) -> list[TaughtSession]:
    """What stands of their sessions on these days, the earliest first."""
    first, last = (datetime.combine(day, datetime.min.time(), tzinfo=UTC) for day in (min(days), max(days)))
    wanted = SessionFilter(
        since=first - _ZONES_APART, until=last + timedelta(days=1) + _ZONES_APART, trainer_id=trainer_id
    )
    found = class_sessions.list_by_time(session, wanted)
    ids = [each.id for each in found]
    kinds = {each.id: each for each in activities.list_all(session)} if found else {}
    room_names = rooms.names_of(session, {each.room_id for each in found if each.room_id})
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    taken, queued = bookings.count_by_session(session, ids), waiting.count_waiting(session, ids)
    taught = [
        TaughtSession(
            each,
            kinds[each.activity_id],
            room_names.get(each.room_id or "", ""),
            zones[each.site_id],
            taken.get(each.id, 0),
            queued.get(each.id, 0),
        )
        for each in found
        if each.site_id in zones
    ]
    return [each for each in taught if each.day in days]
