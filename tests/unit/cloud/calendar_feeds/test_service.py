"""Addresses of calendars: signed, revocable; and the file that they lead to."""

from datetime import timedelta

import pytest
from icalendar import Calendar, Event

from cloud.calendar_feeds import service
from cloud.calendar_feeds.calendar_file import calendar_of
from cloud.class_sessions import service as class_sessions
from cloud.errors import ConflictError, NotFoundError
from cloud.staff.models import Staff
from tests.club import SECRET, Club

HOUR = timedelta(hours=1)


def test_an_address_leads_to_the_calendar_until_it_is_revoked(club: Club) -> None:
    with club.database.transaction() as session:
        feed = service.make(session, club.actor, club.actor.id)
        token = service.token_of(feed, SECRET)
        assert service.find_by_token(session, token, SECRET).staff_id == club.actor.id
        with pytest.raises(ConflictError):
            service.make(session, club.actor, club.actor.id)
        service.revoke(session, club.actor, club.actor.id)
        with pytest.raises(NotFoundError):
            service.find_by_token(session, token, SECRET)
        renewed = service.make(session, club.actor, club.actor.id)
        assert service.token_of(renewed, SECRET) != token


@pytest.mark.parametrize("change", ["other secret", "other id", "no signature", "not ascii"])
def test_a_forged_address_leads_nowhere(club: Club, change: str) -> None:
    with club.database.transaction() as session:
        feed = service.make(session, club.actor, club.actor.id)
        token = {
            "other secret": service.token_of(feed, bytes(32)),
            "other id": "cal_other." + service.token_of(feed, SECRET).partition(".")[2],
            "no signature": feed.id,
            "not ascii": feed.id + ".é",
        }[change]
        with pytest.raises(NotFoundError):
            service.find_by_token(session, token, SECRET)


def test_the_address_of_who_left_leads_nowhere(club: Club) -> None:
    with club.database.transaction() as session:
        token = service.token_of(service.make(session, club.actor, club.actor.id), SECRET)
        person = session.get(Staff, club.actor.id)
        assert person is not None
        person.is_active = False
        with pytest.raises(NotFoundError):
            service.find_by_token(session, token, SECRET)


def test_the_file_holds_the_sessions_of_the_trainer_and_names_no_member(club: Club) -> None:
    with club.database.transaction() as session:
        own = club.plan(session, session.now + HOUR, trainer_id=club.actor.id, title="Pilates; gentle, slow")
        cancelled = club.plan(session, session.now + 3 * HOUR, trainer_id=club.actor.id)
        class_sessions.cancel(session, club.actor, cancelled)
        club.plan(session, session.now + HOUR, title="Somebody else's")
        club.book(session, club.add_member(session, "Zoe"), session.now + 5 * HOUR, trainer_id=club.actor.id)
        content = calendar_of(session, club.actor.id, "Anna")
    events = {
        str(event["UID"]): event for event in Calendar.from_ical(content).walk("VEVENT") if isinstance(event, Event)
    }
    assert len(events) == 3
    pilates = events[f"{own}@tornello"]
    assert str(pilates["SUMMARY"]) == "Pilates; gentle, slow (0/10)"
    assert pilates.duration == HOUR
    assert str(events[f"{cancelled}@tornello"]["STATUS"]) == "CANCELLED"
    assert b"Zoe" not in content
