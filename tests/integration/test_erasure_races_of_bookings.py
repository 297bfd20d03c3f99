"""On PostgreSQL somebody is erased while others give and take seats: each waits for the other, and neither for good."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta

import pytest

from cloud.bookings import online, waiting
from cloud.bookings import service as bookings
from cloud.bookings.online import OnlineForm
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.database import Database, UnitOfWork
from cloud.errors import ConflictError
from cloud.members import service as members
from cloud.personal_data import service
from tests.club import Club
from tests.integration.lock_waits import Write, until_somebody_waits, writing_beside

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def club(database: Database) -> Club:
    return Club.found(database)


@pytest.fixture
def beside(club: Club) -> Iterator[Callable[[Write], Future[None]]]:
    with writing_beside(club.database) as beside:
        yield beside


def add(club: Club, name: str) -> str:
    with club.database.transaction() as session:
        return club.add_member(session, name)


def book(club: Club, member_id: str, *, seats: int = 10) -> tuple[str, str]:
    """The ids of a session of tomorrow and of the member's booking."""
    with club.database.transaction() as session:
        booking = bookings.get(session, club.book(session, member_id, session.now + timedelta(days=1), seats=seats))
        return booking.session_id, booking.id


def two_wait(club: Club) -> tuple[str, str, str, str]:
    """The ids of the first, who will be erased, and of the next; of the session, and of the booking of its one seat."""
    first, next_id = add(club, "Ksenia"), add(club, "Berta")
    session_id, booking_id = book(club, add(club, "Anna"), seats=1)
    with club.database.transaction() as session:
        for member_id in (first, next_id):
            waiting.join(session, club.actor, member_id, session_id)
    return first, next_id, session_id, booking_id


def erase(club: Club, session: UnitOfWork, member_id: str) -> None:
    service.erase(session, club.actor, member_id, typed_name="Ksenia")


def test_who_books_what_they_have_booked_while_they_are_erased_is_refused(
    club: Club, beside: Callable[[Write], Future[None]]
) -> None:
    member_id = add(club, "Ksenia")
    session_id, booking_id = book(club, member_id)
    with club.database.transaction() as session:
        class_sessions.take(session, session_id)
        erasing = beside(lambda other: erase(club, other, member_id))
        until_somebody_waits(session)
        with pytest.raises(ConflictError) as caught:
            bookings.book(session, club.actor, member_id, BookingDetails(session_id=session_id))
    erasing.result()
    assert caught.value.code == "booked_already"
    with club.database.session() as session:
        assert bookings.get(session, booking_id).cancelled_at is not None


def test_who_fills_in_the_form_again_while_they_are_erased_is_refused(
    club: Club, beside: Callable[[Write], Future[None]]
) -> None:
    member_id = add(club, "Ksenia")
    session_id, booking_id = book(club, member_id)
    form = OnlineForm(session_id=session_id, first_name="Ksenia", phone="+393331234567")
    with club.database.transaction() as session:
        members.change(session, club.actor, member_id, {"phone": form.phone})
    with club.database.transaction() as session:
        class_sessions.take(session, session_id)
        erasing = beside(lambda other: erase(club, other, member_id))
        until_somebody_waits(session)
        with pytest.raises(ConflictError) as caught:
            online.book(session, club.actor, form)
    erasing.result()
    assert caught.value.code == "booked_already"
    with club.database.session() as session:
        assert bookings.get(session, booking_id).cancelled_at is not None


@pytest.mark.parametrize(
    "ask",
    [
        lambda session, club, member_id, session_id: bookings.book(
            session, club.actor, member_id, BookingDetails(session_id=session_id)
        ),
        lambda session, club, member_id, session_id: waiting.join(session, club.actor, member_id, session_id),
    ],
    ids=["book", "wait"],
)
def test_a_session_is_taken_before_the_person(
    club: Club, beside: Callable[[Write], Future[None]], ask: Callable[[UnitOfWork, Club, str, str], object]
) -> None:
    """Whoever has the session, as an erasure has at first, can still take the person."""
    member_id = add(club, "Ksenia")
    session_id, _ = book(club, member_id)
    with club.database.transaction() as session:
        class_sessions.take(session, session_id)
        asking = beside(lambda other: ask(other, club, member_id, session_id))
        until_somebody_waits(session)
        erase(club, session, member_id)
    with pytest.raises(ConflictError) as caught:
        asking.result()
    assert caught.value.code == "erased_already"


def test_a_seat_that_is_freed_while_who_waits_first_is_erased_goes_to_the_next(
    club: Club, beside: Callable[[Write], Future[None]]
) -> None:
    first, next_id, session_id, booking_id = two_wait(club)
    with club.database.transaction() as session:
        erase(club, session, first)
        cancelling = beside(lambda other: bookings.cancel(other, club.actor, booking_id))
        until_somebody_waits(session)
    cancelling.result()
    with club.database.session() as session:
        assert [each.member_id for each in bookings.list_of_session(session, session_id)] == [next_id]
        assert waiting.list_waiting(session, session_id) == []


def test_a_session_is_cancelled_while_somebody_who_waits_for_it_is_erased(
    club: Club, beside: Callable[[Write], Future[None]]
) -> None:
    first, next_id, session_id, booking_id = two_wait(club)
    with club.database.transaction() as session:
        erase(club, session, first)
        cancelling = beside(lambda other: class_sessions.cancel(other, club.actor, session_id))
        until_somebody_waits(session)
    cancelling.result()
    with club.database.session() as session:
        assert bookings.get(session, booking_id).cancelled_for == "session"
        assert [each.member_id for each in waiting.list_all(session, session_id)] == [next_id]


def test_who_is_new_and_books_two_sessions_at_once_is_one_person(
    club: Club, beside: Callable[[Write], Future[None]]
) -> None:
    with club.database.transaction() as session:
        sessions = [club.plan(session, session.now + timedelta(days=day)) for day in (1, 2)]
    one, other = (OnlineForm(session_id=each, first_name="Nina", phone="333 123 4567") for each in sessions)
    with club.database.transaction() as session:
        booked = online.book(session, club.actor, one).made
        booking = beside(lambda session: online.book(session, club.actor, other))
        until_somebody_waits(session)
    booking.result()
    with club.database.session() as session:
        assert [bookings.list_of_session(session, each)[0].member_id for each in sessions] == [booked.member_id] * 2
