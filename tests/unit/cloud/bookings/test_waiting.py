"""Waiting lists: who came first is served first, at once, and the record stays."""

from datetime import timedelta

import pytest

from cloud.bookings import service, waiting
from cloud.bookings.service import BookingDetails
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from tests.club import Club

HOUR = timedelta(hours=1)


def full_session(club: Club, session: UnitOfWork) -> tuple[str, str]:
    """A session with one seat, and the booking that has it."""
    session_id = club.plan(session, session.now + HOUR, seats=1)
    member_id = club.add_member(session, "Anna")
    return session_id, service.book(session, club.actor, member_id, BookingDetails(session_id=session_id)).id


def test_the_first_in_the_queue_gets_the_seat_that_becomes_free(club: Club) -> None:
    """Features 13 and 14."""
    with club.database.transaction() as session:
        session_id, booking_id = full_session(club, session)
        first, second = (club.add_member(session, name) for name in ("Bruno", "Carla"))
        entry = waiting.join(session, club.actor, first, session_id, channel="app")
        waiting.join(session, club.actor, second, session_id)
        service.cancel(session, club.actor, booking_id)
        (booking,) = service.list_of_session(session, session_id)
        assert (booking.member_id, booking.channel, booking.booked_by) == (first, "app", None)
        assert (entry.left_at, entry.booking_id) == (session.now, booking.id)
        assert [each.member_id for each in waiting.list_waiting(session, session_id)] == [second]
        assert len(waiting.list_all(session, session_id)) == 2


def test_who_gave_up_is_not_served(club: Club) -> None:
    with club.database.transaction() as session:
        session_id, booking_id = full_session(club, session)
        first, second = (club.add_member(session, name) for name in ("Bruno", "Carla"))
        entry = waiting.join(session, club.actor, first, session_id)
        waiting.join(session, club.actor, second, session_id)
        waiting.leave(session, club.actor, entry.id)
        service.cancel(session, club.actor, booking_id)
        assert [each.member_id for each in service.list_of_session(session, session_id)] == [second]
        with pytest.raises(ConflictError):
            waiting.leave(session, club.actor, entry.id)


def test_who_cannot_have_the_seat_keeps_waiting_and_the_next_gets_it(club: Club) -> None:
    with club.database.transaction() as session:
        session_id, booking_id = full_session(club, session)
        first, second = (club.add_member(session, name) for name in ("Bruno", "Carla"))
        waiting.join(session, club.actor, first, session_id)
        waiting.join(session, club.actor, second, session_id)
        for hour in range(service.STANDING_MAX):
            club.book(session, first, session.now + (hour + 3) * HOUR)
        service.cancel(session, club.actor, booking_id)
        assert [each.member_id for each in service.list_of_session(session, session_id)] == [second]
        assert [each.member_id for each in waiting.list_waiting(session, session_id)] == [first]


def test_nobody_waits_where_seats_are_free_or_twice_or_when_booked(club: Club) -> None:
    with club.database.transaction() as session:
        with pytest.raises(ConflictError):
            waiting.join(session, club.actor, club.add_member(session), club.plan(session, session.now + HOUR))
        session_id, booking_id = full_session(club, session)
        member_id = club.add_member(session)
        waiting.join(session, club.actor, member_id, session_id)
        for who in (member_id, service.get(session, booking_id).member_id):
            with pytest.raises(ConflictError):
                waiting.join(session, club.actor, who, session_id)


def test_a_waiting_list_has_an_end(club: Club) -> None:
    with club.database.transaction() as session:
        session_id, _ = full_session(club, session)
        for _ in range(waiting.WAITING_MAX):
            waiting.join(session, club.actor, club.add_member(session), session_id)
        with pytest.raises(ConflictError) as refused:
            waiting.join(session, club.actor, club.add_member(session), session_id)
        assert refused.value.code == "waiting_list_full"
        assert waiting.count_waiting(session, [session_id]) == {session_id: waiting.WAITING_MAX}
