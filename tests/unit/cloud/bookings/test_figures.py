"""Bookings of a period as numbers, and the rule of reassigned bookings."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud.bookings import figures, service, waiting
from cloud.bookings.figures import Period
from cloud.bookings.policy import rebook_until
from cloud.bookings.service import BookingDetails
from tests.club import Club

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROME = ZoneInfo("Europe/Rome")


def test_the_figures_of_a_day_open_the_lists_behind_them(club: Club) -> None:
    """Features 12, 13, 14 and 15."""
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR, seats=1)
        anna, bruno, carla = (club.add_member(session, name) for name in ("Anna", "Bruno", "Carla"))
        cancelled = service.book(session, club.actor, anna, BookingDetails(session_id=session_id))
        waiting.join(session, club.actor, bruno, session_id, channel="app")
        still = waiting.join(session, club.actor, carla, session_id)
        service.cancel(session, club.actor, cancelled.id)
        period = Period(club.site_id, session.now, session.now + DAY)
        counts = figures.count(session, period)
        assert counts == {
            "booked": 1,
            "booked_in_app": 1,
            "queued": 2,
            "waiting": 1,
            "converted": 1,
            "cancelled": 1,
            "reassigned": 0,
        }
        page = figures.find_bookings(session, period, "cancelled", after=None, limit=5)
        assert [each.id for each in page.items] == [cancelled.id]
        queue = figures.find_waiting(session, period, "waiting", after=None, limit=5)
        assert [(each.id, each.session_id) for each in queue.items] == [(still.id, session_id)]
        assert set(figures.count(session, Period(club.site_id, session.now - DAY, session.now)).values()) == {0}


@pytest.mark.parametrize(
    ("made_after", "kind", "is_counted"),
    [(0, "fixed_term", True), (0, "visit_pack", False), (0, None, False), (-1, "fixed_term", False)],
    ids=["same balance", "another balance", "no balance", "made before the cancellation"],
)
def test_a_cancelled_booking_that_is_booked_again_counts_as_reassigned(
    club: Club, made_after: int, kind: str | None, *, is_counted: bool
) -> None:
    """Feature 16."""
    with club.database.transaction() as session:
        member_id, today = club.add_member(session), session.now.date()
        club.add_contract(session, member_id, starts_on=today - DAY, ends_on=today + 90 * DAY)
        cancelled = club.book(session, member_id, session.now + HOUR)
        again = service.get(session, club.book(session, member_id, session.now + 40 * DAY))
        service.cancel(session, club.actor, cancelled)
        again.balance_kind, again.booked_at = kind, session.now + timedelta(seconds=made_after)
        session.flush()
        counts = figures.count(session, Period(club.site_id, session.now, session.now + 2 * DAY))
        assert counts["reassigned"] == (1 if is_counted else 0)


def test_seven_days_after_the_date_of_the_booking_count_in_the_clubs_zone() -> None:
    """Feature 16: to the end of the seventh day, over the end of summer time."""
    starts_at = datetime(2026, 10, 20, 21, 30, tzinfo=UTC)
    assert rebook_until(starts_at, ROME) == datetime(2026, 10, 27, 23, 0, tzinfo=UTC)
    late = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)
    assert rebook_until(late, ROME) == datetime(2026, 10, 28, 23, 0, tzinfo=UTC)


def test_who_books_on_the_eighth_day_has_not_reassigned(club: Club) -> None:
    """Feature 16."""
    with club.database.transaction() as session:
        member_id, today = club.add_member(session), session.now.date()
        club.add_contract(session, member_id, starts_on=today - DAY, ends_on=today + 90 * DAY)
        cancelled = service.get(session, club.book(session, member_id, session.now + HOUR))
        service.cancel(session, club.actor, cancelled.id)
        again = service.get(session, club.book(session, member_id, session.now + 40 * DAY))
        assert cancelled.rebook_until is not None
        period = Period(club.site_id, session.now, session.now + 2 * DAY)
        for at, count in ((cancelled.rebook_until - HOUR, 1), (cancelled.rebook_until, 0)):
            again.booked_at = at
            session.flush()
            assert figures.count(session, period)["reassigned"] == count
