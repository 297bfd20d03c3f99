"""Booking sessions: what is refused, what the history keeps, and that no seat is sold twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cloud.access_rules import zones
from cloud.access_rules.zones import ZoneDetails
from cloud.bookings import attendance, service
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.contracts import service as contracts
from cloud.errors import CloudError, ConflictError, InvalidError
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from tests.club import SECRET, Club

HOUR = timedelta(hours=1)


def test_a_full_session_is_not_booked(club: Club) -> None:
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR, seats=1)
        service.book(session, club.actor, club.add_member(session), BookingDetails(session_id=session_id))
        with pytest.raises(ConflictError) as refused:
            service.book(session, club.actor, club.add_member(session), BookingDetails(session_id=session_id))
        assert refused.value.code == "session_full"


def test_a_session_is_never_oversold_by_many_at_once(shared_club: Club) -> None:
    with shared_club.database.transaction() as session:
        session_id = shared_club.plan(session, session.now + HOUR, seats=3)
        member_ids = [shared_club.add_member(session) for _ in range(8)]

    def book(member_id: str) -> str:
        try:
            with shared_club.database.transaction() as session:
                service.book(session, shared_club.actor, member_id, BookingDetails(session_id=session_id))
        except ConflictError as refused:
            return refused.code
        return "booked"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(book, member_ids))
    assert answers == ["booked"] * 3 + ["session_full"] * 5


def test_nobody_has_two_seats_in_a_session(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        session_id = club.plan(session, session.now + HOUR)
        booking = service.book(session, club.actor, member_id, BookingDetails(session_id=session_id))
        with pytest.raises(ConflictError):
            service.book(session, club.actor, member_id, BookingDetails(session_id=session_id))
        service.cancel(session, club.actor, booking.id)
        service.book(session, club.actor, member_id, BookingDetails(session_id=session_id))


def test_a_cancelled_session_is_not_booked(club: Club) -> None:
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR)
        class_sessions.cancel(session, club.actor, session_id)
        with pytest.raises(ConflictError):
            service.book(session, club.actor, club.add_member(session), BookingDetails(session_id=session_id))


def test_a_session_of_a_club_that_the_member_does_not_use_is_not_booked(club: Club) -> None:
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR)
        other = sites.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET)
        stranger = members.create(session, club.actor, MemberDetails(site_id=other.id, first_name="Olga"))
        with pytest.raises(InvalidError):
            service.book(session, club.actor, stranger.id, BookingDetails(session_id=session_id))


def test_a_member_has_forty_bookings_ahead_at_most(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for hour in range(service.STANDING_MAX):
            club.book(session, member_id, session.now + (hour + 1) * HOUR)
        with pytest.raises(ConflictError):
            club.book(session, member_id, session.now + HOUR)


def test_the_history_has_cancelled_bookings_too_the_newest_first(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        first = club.book(session, member_id, session.now + HOUR)
        second = club.book(session, member_id, session.now + 3 * HOUR)
        service.cancel(session, club.actor, first, cancelled_for="member")
        page = service.find_page(session, member_id, after=None, limit=1)
        assert [booking.id for booking in page.items] == [second]
        rest = service.find_page(session, member_id, after=page.next, limit=1)
        assert [(booking.id, booking.cancelled_for) for booking in rest.items] == [(first, "member")]
        assert [booking.id for booking in service.list_standing(session, [member_id])] == [second]


def test_a_booking_is_made_with_the_contract_that_is_over_first(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, today = club.add_member(session), session.now.date()
        club.add_contract(session, member_id, starts_on=today, ends_on=today + timedelta(days=300))
        trial = club.add_contract(
            session, member_id, visits_total=1, starts_on=today, ends_on=today + timedelta(days=9)
        )
        contracts.get(session, trial).kind = "trial"
        booking = service.get(session, club.book(session, member_id, session.now + timedelta(days=2)))
        assert (booking.contract_id, booking.balance_kind) == (trial, "trial")
        later = service.get(session, club.book(session, member_id, session.now + timedelta(days=20)))
        assert later.balance_kind == "fixed_term"
        after = service.get(session, club.book(session, member_id, session.now + timedelta(days=330)))
        assert (after.contract_id, after.balance_kind) == (None, None)


def test_who_was_there_cannot_be_cancelled(club: Club) -> None:
    with club.database.transaction() as session:
        booking_id = club.book(session, club.add_member(session), session.now)
        attendance.mark(session, club.actor, booking_id)
        with pytest.raises(ConflictError) as refused:
            service.cancel(session, club.actor, booking_id)
        assert refused.value.code == "booking_attended"


def test_a_zone_with_bookings_stays(club: Club) -> None:
    with club.database.transaction() as session:
        zone = zones.create(session, club.actor, club.site_id, ZoneDetails(name="Pool"))
        club.book(session, club.add_member(session), session.now + HOUR, zone_id=zone.id)
        with pytest.raises(CloudError, match="used by"):
            zones.delete(session, club.actor, zone.id)
