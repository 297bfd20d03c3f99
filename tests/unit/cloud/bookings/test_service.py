"""Booking sessions: what is refused, and what the history keeps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from cloud.access_rules import zones
from cloud.access_rules.zones import ZoneDetails
from cloud.bookings import service
from cloud.bookings.service import BookingDetails
from cloud.errors import CloudError, ConflictError
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from tests.club import SECRET, Club

HOUR = timedelta(hours=1)


def pilates(starts_at: datetime, *, length: timedelta = HOUR, zone_id: str | None = None) -> BookingDetails:
    return BookingDetails(title="Pilates", starts_at=starts_at, ends_at=starts_at + length, zone_id=zone_id)


@pytest.mark.parametrize(
    "make",
    [
        lambda now: pilates(now + HOUR, length=-HOUR),
        lambda now: pilates(now + HOUR, length=timedelta(hours=25)),
        lambda now: pilates(now - 2 * HOUR),
        lambda now: pilates(now + HOUR, zone_id="zon_unknown"),
        lambda now: pilates(now + timedelta(days=4000)),
        lambda _: pilates(datetime(9999, 12, 31, 1, tzinfo=UTC)),
        lambda _: pilates(datetime(9999, 12, 31, 22, tzinfo=timezone(-timedelta(hours=14)))),
        lambda _: pilates(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    ],
    ids=[
        "ends before it starts",
        "longer than a day",
        "over already",
        "unknown zone",
        "in ten years",
        "at the calendar's end",
        "beyond it in UTC",
        "before its beginning",
    ],
)
def test_a_session_that_makes_no_sense_is_not_booked(club: Club, make: Callable[[datetime], BookingDetails]) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(CloudError):
            service.book(session, club.actor, member_id, make(session.now))


def test_the_zone_of_another_club_is_not_booked(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        other = sites.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET)
        (zone,) = zones.list_of_site(session, other.id)
        with pytest.raises(CloudError, match="zone"):
            service.book(session, club.actor, member_id, pilates(session.now + HOUR, zone_id=zone.id))


def test_a_member_has_forty_bookings_ahead_at_most(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for hour in range(service.STANDING_MAX):
            service.book(session, club.actor, member_id, pilates(session.now + (hour + 1) * HOUR))
        with pytest.raises(ConflictError):
            service.book(session, club.actor, member_id, pilates(session.now + HOUR))


def test_the_history_has_cancelled_bookings_too_the_newest_first(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        first = service.book(session, club.actor, member_id, pilates(session.now + HOUR))
        second = service.book(session, club.actor, member_id, pilates(session.now + 3 * HOUR))
        service.cancel(session, club.actor, first.id)
        page = service.find_page(session, member_id, after=None, limit=1)
        assert [booking.id for booking in page.items] == [second.id]
        rest = service.find_page(session, member_id, after=page.next, limit=1)
        assert [booking.id for booking in rest.items] == [first.id]
        assert [booking.id for booking in service.list_standing(session, [member_id])] == [second.id]


def test_a_zone_with_bookings_stays(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        zone = zones.create(session, club.actor, club.site_id, ZoneDetails(name="Pool"))
        service.book(session, club.actor, member_id, pilates(session.now + HOUR, zone_id=zone.id))
        with pytest.raises(ConflictError, match="Pilates"):
            zones.delete(session, club.actor, zone.id)
