"""Planning sessions: what is refused, and what follows when they are moved or cancelled."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud.activities import service as activities
from cloud.activities.service import ActivityDetails
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.class_sessions import service
from cloud.class_sessions.policy import Pattern
from cloud.class_sessions.service import SessionDetails
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.rooms import service as rooms
from cloud.rooms.service import RoomDetails
from tests.club import Club

HOUR = timedelta(hours=1)
ROME = ZoneInfo("Europe/Rome")


def weekly(session: UnitOfWork, *, weeks: int = 3, starts: time = time(18)) -> Pattern:
    first: date = session.now.astimezone(ROME).date() + timedelta(days=1)
    return Pattern(first_on=first, last_on=first + timedelta(weeks=weeks - 1), starts=starts, minutes=60)


def yoga_in(club: Club, session: UnitOfWork, **details: object) -> SessionDetails:
    activity = activities.create(session, club.actor, ActivityDetails(name="Yoga"))
    room = rooms.create(session, club.actor, club.site_id, RoomDetails(name="Studio", seats=2))
    return SessionDetails(activity_id=activity.id, room_id=room.id, **details)  # type: ignore[arg-type]


def test_a_weekly_series_has_the_seats_of_its_room(club: Club) -> None:
    with club.database.transaction() as session:
        made = service.plan(session, club.actor, club.site_id, yoga_in(club, session), weekly(session))
        assert [each.seats for each in made] == [2, 2, 2]
        assert len({each.series_id for each in made}) == 1
        assert [f"{each.starts_at.astimezone(ROME):%H:%M}" for each in made] == ["18:00"] * 3


@pytest.mark.parametrize("taken", ["room", "trainer"])
def test_a_room_and_a_trainer_have_one_session_at_a_time(club: Club, taken: str) -> None:
    with club.database.transaction() as session:
        details = yoga_in(club, session, trainer_id=club.actor.id)
        service.plan(session, club.actor, club.site_id, details, weekly(session))
        other = SessionDetails(
            activity_id=details.activity_id,
            room_id=details.room_id if taken == "room" else None,
            trainer_id=details.trainer_id if taken == "trainer" else None,
            seats=5,
        )
        with pytest.raises(InvalidError) as refused:
            service.plan(session, club.actor, club.site_id, other, weekly(session, starts=time(18, 59)))
        assert refused.value.code == f"{taken}_taken"
        service.plan(session, club.actor, club.site_id, other, weekly(session, starts=time(19)))


def test_what_is_obsolete_is_not_planned_and_what_is_planned_of_it_can_be_changed(club: Club) -> None:
    with club.database.transaction() as session:
        details = yoga_in(club, session)
        planned = service.plan(session, club.actor, club.site_id, details, weekly(session, weeks=1))[0]
        activities.change(session, club.actor, details.activity_id, {"is_obsolete": True})
        with pytest.raises(InvalidError):
            service.plan(session, club.actor, club.site_id, details, weekly(session, starts=time(7)))
        assert service.change(session, club.actor, planned.id, {"seats": 4}).seats == 4


@pytest.mark.parametrize("minutes", [0, 24 * 60 + 1])
def test_a_session_is_up_to_a_day_long(club: Club, minutes: int) -> None:
    with club.database.transaction() as session:
        day = session.now.astimezone(ROME).date() + timedelta(days=1)
        pattern = Pattern(first_on=day, last_on=day, starts=time(8), minutes=minutes)
        with pytest.raises(InvalidError):
            service.plan(session, club.actor, club.site_id, yoga_in(club, session), pattern)


def test_what_is_over_or_in_ten_years_is_not_planned(club: Club) -> None:
    with club.database.transaction() as session:
        details = yoga_in(club, session)
        for day in (date(2001, 1, 1), date(2199, 1, 1)):
            pattern = Pattern(first_on=day, last_on=day, starts=time(8), minutes=60)
            with pytest.raises(InvalidError):
                service.plan(session, club.actor, club.site_id, details, pattern)


def test_bookings_move_with_their_session_and_with_the_rest_of_its_series(club: Club) -> None:
    with club.database.transaction() as session:
        made = service.plan(session, club.actor, club.site_id, yoga_in(club, session), weekly(session))
        member_id = club.add_member(session)
        booked = [
            bookings.book(session, club.actor, member_id, bookings.BookingDetails(session_id=each.id)) for each in made
        ]
        starts_at = made[1].starts_at + HOUR
        service.change(session, club.actor, made[1].id, {"starts_at": starts_at, "minutes": 30}, scope="following")
        assert [f"{each.starts_at.astimezone(ROME):%H:%M}" for each in booked] == ["18:00", "19:00", "19:00"]
        assert booked[2].ends_at - booked[2].starts_at == HOUR / 2


def test_less_seats_than_are_booked_are_refused_and_more_go_to_who_waits(club: Club) -> None:
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR, seats=1)
        first, second = club.add_member(session, "Anna"), club.add_member(session, "Bruno")
        bookings.book(session, club.actor, first, bookings.BookingDetails(session_id=session_id))
        waiting.join(session, club.actor, second, session_id)
        service.change(session, club.actor, session_id, {"seats": 2})
        assert {each.member_id for each in bookings.list_of_session(session, session_id)} == {first, second}
        with pytest.raises(ConflictError) as refused:
            service.change(session, club.actor, session_id, {"seats": 1})
        assert refused.value.code == "more_booked"


def test_a_cancelled_session_takes_its_bookings_and_waiting_list_with_it(club: Club) -> None:
    with club.database.transaction() as session:
        session_id = club.plan(session, session.now + HOUR, seats=1)
        first, second = club.add_member(session, "Anna"), club.add_member(session, "Bruno")
        booking = bookings.book(session, club.actor, first, bookings.BookingDetails(session_id=session_id))
        entry = waiting.join(session, club.actor, second, session_id)
        service.cancel(session, club.actor, session_id)
        assert (booking.cancelled_for, booking.cancelled_at) == ("session", session.now)
        assert (entry.left_at, entry.booking_id) == (session.now, None)
        with pytest.raises(ConflictError):
            service.cancel(session, club.actor, session_id)


def test_the_rest_of_a_series_is_cancelled_and_its_beginning_stays(club: Club) -> None:
    with club.database.transaction() as session:
        made = service.plan(session, club.actor, club.site_id, yoga_in(club, session), weekly(session))
        service.cancel(session, club.actor, made[1].id, scope="following")
        assert [each.cancelled_at is None for each in made] == [True, False, False]
