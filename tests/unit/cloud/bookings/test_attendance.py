"""Attendance: by the gate within the time of a session, by hand, and undone."""

from datetime import datetime, timedelta

import pytest

from cloud.access_rules import zones
from cloud.bookings import attendance, service
from cloud.database import UnitOfWork
from cloud.domain_events import MemberPassed
from cloud.errors import ConflictError
from tests.club import Club

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def walk(club: Club, session: UnitOfWork, member_id: str, at: datetime, *, zone_id: str = "", **more: bool) -> None:
    """A confirmed passage into a zone of the club; none named: its first."""
    first, *_ = zones.list_of_site(session, club.site_id)
    told = {"is_guest": False, "is_staff": False, **more}
    passed = MemberPassed(club.site_id, "gwy_x", "lan_x", member_id, zone_id or first.id, "", at, **told)
    attendance.note_passage(session, passed)


def test_a_passage_in_the_time_of_a_session_marks_its_booking(club: Club) -> None:
    """Feature 219."""
    with club.database.transaction() as session:
        member_id, starts_at = club.add_member(session), session.now + HOUR
        booking = service.get(session, club.book(session, member_id, starts_at))
        walk(club, session, member_id, starts_at - 31 * MINUTE)
        assert not booking.attended_via
        walk(club, session, member_id, starts_at - 29 * MINUTE)
        assert [booking.attended_at, booking.attended_via] == [starts_at - 29 * MINUTE, "gate"]


@pytest.mark.parametrize("reason", ["guest", "after", "another zone", "leaves"])
def test_other_passages_mark_nothing(club: Club, reason: str) -> None:
    with club.database.transaction() as session:
        member_id, starts_at = club.add_member(session), session.now + HOUR
        (zone, *_) = zones.list_of_site(session, club.site_id)
        booking = service.get(session, club.book(session, member_id, starts_at, zone_id=zone.id))
        match reason:
            case "guest":
                walk(club, session, member_id, starts_at, is_guest=True)
            case "after":
                walk(club, session, member_id, starts_at + 61 * MINUTE)
            case "another zone":
                walk(club, session, member_id, starts_at, zone_id="zon_other")
            case "leaves":
                out = MemberPassed(club.site_id, "g", "l", member_id, "", zone.id, starts_at, False, False)
                attendance.note_passage(session, out)
        assert booking.attended_at is None
        walk(club, session, member_id, starts_at)
        assert booking.attended_at == starts_at


def test_of_two_sessions_in_a_row_the_nearer_one_is_marked(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        first = service.get(session, club.book(session, member_id, session.now + HOUR))
        second = service.get(session, club.book(session, member_id, session.now + 2 * HOUR))
        walk(club, session, member_id, session.now + HOUR + 50 * MINUTE)
        assert (first.attended_at is None, second.attended_via) == (True, "gate")


def test_attendance_is_marked_by_hand_and_undone(club: Club) -> None:
    """Feature 219."""
    with club.database.transaction() as session:
        booking = service.get(session, club.book(session, club.add_member(session), session.now + HOUR))
        attendance.mark(session, club.actor, booking.id)
        assert (booking.attended_via, booking.attended_by) == ("staff", club.actor.id)
        attendance.undo(session, club.actor, booking.id)
        assert (booking.attended_at, booking.attended_via, booking.attended_by) == (None, None, None)


def test_who_cancelled_or_comes_in_two_days_was_not_there(club: Club) -> None:
    with club.database.transaction() as session:
        ahead = club.book(session, club.add_member(session), session.now + 48 * HOUR)
        cancelled = club.book(session, club.add_member(session), session.now + HOUR)
        service.cancel(session, club.actor, cancelled)
        for booking_id in (ahead, cancelled):
            with pytest.raises(ConflictError):
                attendance.mark(session, club.actor, booking_id)
