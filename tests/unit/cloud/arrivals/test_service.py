"""Who comes to the sessions of a day, and what there is to tell each."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from cloud.arrivals import service
from cloud.arrivals.policy import ending_on
from cloud.bookings import attendance
from cloud.bookings import service as bookings
from cloud.bookings.service import BookingDetails
from cloud.contracts import service as contracts
from cloud.contracts.policy import Terms
from cloud.members import states
from tests.club import Club

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROME = ZoneInfo("Europe/Rome")


def terms(last: date) -> Terms:
    return Terms(starts_on=date(2026, 1, 1), ends_on=last)


@pytest.mark.parametrize(
    ("lasts", "told"),
    [
        ([date(2026, 6, 8)], date(2026, 6, 8)),
        ([date(2026, 6, 9)], None),
        ([date(2026, 5, 1)], date(2026, 5, 1)),
        ([date(2026, 6, 3), date(2027, 1, 1)], None),
        ([], None),
    ],
    ids=["ends in 7 days", "ends in 8 days", "ended", "another follows", "nothing"],
)
def test_the_end_of_a_subscription_is_told_when_it_is_near(lasts: list[date], told: date | None) -> None:
    """Feature 217."""
    assert ending_on([terms(last) for last in lasts], date(2026, 6, 1)) == told


def test_who_comes_is_grouped_by_activity_with_trials_debts_and_blocks(club: Club) -> None:
    """Features 215, 216 and 217."""
    with club.database.transaction() as session:
        at = session.now + HOUR
        day = at.astimezone(ROME).date()
        yoga, aqua = (club.plan(session, at, title=title) for title in ("Yoga", "Aqua"))
        trial, owing = club.add_member(session, "Tina"), club.add_member(session, "Ottavio")
        contract = club.add_contract(session, trial, starts_on=day - DAY, ends_on=day + DAY, visits_total=1)
        contracts.get(session, contract).kind = "trial"
        club.add_contract(session, owing, due_on=day - 3 * DAY, starts_on=day - 9 * DAY, ends_on=day + 90 * DAY)
        club.block(session, owing)
        for member_id in (trial, owing):
            bookings.book(session, club.actor, member_id, BookingDetails(session_id=yoga))
        groups = service.who_comes(session, club.site_id, day)
        assert [(group.activity.name, group.count) for group in groups] == [("Aqua", 0), ("Yoga", 2)]
        assert groups[0].sessions[0].held.id == aqua
        first, second = groups[1].sessions[0].arrivals
        assert (first.member.id, first.is_trial, first.is_first, first.lessons_left) == (trial, True, True, 1)
        assert first.ends_on == day + DAY
        assert (second.owes, second.ends_on, len(second.flags)) == ({"EUR": 4900}, None, 1)
        attendance.mark(session, club.actor, second.booking.id)
        again = service.who_comes(session, club.site_id, day)[1].sessions[0].arrivals
        assert [one.is_first for one in again] == [True, False]


def test_who_prepaid_a_trial_after_booking_comes_to_try(club: Club) -> None:
    """Features 216 and 233."""
    with club.database.transaction() as session:
        at = session.now + HOUR
        day = at.astimezone(ROME).date()
        yoga = club.plan(session, at, title="Yoga")
        lead, trying, member, known = (club.add_member(session, name) for name in ("Lea", "Tina", "Mara", "Nino"))
        states.set_state(session, club.actor, lead, "lead")
        booked = {
            member_id: bookings.book(session, club.actor, member_id, BookingDetails(session_id=yoga))
            for member_id in (lead, trying, member, known)
        }
        for member_id, kind in ((trying, "trial"), (member, "trial"), (member, "recurring")):
            contract = club.add_contract(session, member_id, starts_on=day, ends_on=day + DAY)
            contracts.get(session, contract).kind = kind
        attendance.mark(session, club.actor, booked[known].id)
        new = service.newcomers(session, list(booked.values()))
        assert new == {booked[lead].id: "trial", booked[trying].id: "trial", booked[member].id: "first"}
        assert {
            one.member.id
            for one in service.who_comes(session, club.site_id, day)[0].sessions[0].arrivals
            if one.is_trial
        } == {
            lead,
            trying,
        }


def test_more_people_need_no_more_queries(club: Club) -> None:
    counts = []
    with club.database.transaction() as session:
        at = session.now + HOUR
        day = at.astimezone(ROME).date()
        for number in (1, 12):
            for _ in range(number):
                member_id = club.add_member(session)
                club.add_contract(session, member_id, due_on=day)
                club.block(session, member_id)
                club.book(session, member_id, at)
            session.flush()
            seen: list[str] = []
            listener = lambda *arguments, seen=seen: seen.append(arguments[2])  # noqa: E731
            event.listen(club.database.engine, "before_cursor_execute", listener)
            service.who_comes(session, club.site_id, day)
            event.remove(club.database.engine, "before_cursor_execute", listener)
            counts.append(len(seen))
    assert counts[0] == counts[1]
