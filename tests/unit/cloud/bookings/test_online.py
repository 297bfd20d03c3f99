"""Bookings on the club's web site: who makes them, and what becomes of the form's data."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from cloud.arrivals import service as arrivals
from cloud.bookings import online, service, waiting
from cloud.bookings.models import Booking, WaitingEntry
from cloud.bookings.online import OnlineForm
from cloud.class_sessions import service as class_sessions
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.labels import service as labels
from cloud.labels.service import LabelDetails
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.contacts import ContactDetails
from cloud.members.models import Member
from cloud.members.service import MemberDetails
from tests.club import Club

HOUR = timedelta(hours=1)
PHONE = "+393331234567"


def known(club: Club, session: UnitOfWork, first_name: str, **details: str) -> str:
    """Somebody who is there already."""
    given = MemberDetails(site_id=club.site_id, first_name=first_name, **details)  # type: ignore[arg-type]
    return members.create(session, club.actor, given).id


def form(session_id: str, **fields: str) -> OnlineForm:
    return OnlineForm(session_id=session_id, **({"first_name": "Nina", "phone": "333 123 4567"} | fields))


def count_people(session: UnitOfWork) -> int:
    return session.scalar(select(func.count()).select_from(Member)) or 0


def test_who_is_not_known_becomes_a_lead_with_the_data_of_the_form_and_the_source_of_the_link(club: Club) -> None:
    """Features 180 and 181."""
    with club.database.transaction() as session:
        leaflet = labels.create(session, club.actor, LabelDetails(kind="source", name="Leaflet"))
        reason = labels.create(session, club.actor, LabelDetails(kind="reason", name="Back pain"))
        session_id = club.plan(session, session.now + HOUR)
        filled = form(
            session_id, last_name="Rossi", email="n@x.example", locale="it", reason_id=reason.id, link="leaflet"
        )
        made = online.book(session, club.actor, filled).made
        assert isinstance(made, Booking)
        person = members.get(session, made.member_id)
        assert (person.name, person.phone, person.email, person.locale) == ("Nina Rossi", PHONE, "n@x.example", "it")
        assert (person.state, person.source_id, person.reason_id) == ("lead", leaflet.id, reason.id)
        assert (made.channel, made.booked_by, made.source_id) == ("online", None, leaflet.id)
        day = made.starts_at.astimezone(ZoneInfo("Europe/Rome")).date()
        (arrival,) = arrivals.who_comes(session, club.site_id, day)[0].sessions[0].arrivals
        assert arrival.is_trial


@pytest.mark.parametrize("fields", [{}, {"phone": "", "email": "ANNA@club.example"}], ids=["telephone", "address"])
def test_who_is_known_is_booked_and_nothing_about_them_is_changed(club: Club, fields: dict[str, str]) -> None:
    """Feature 180."""
    with club.database.transaction() as session:
        labels.create(session, club.actor, LabelDetails(kind="source", name="Leaflet"))
        anna = known(club, session, "Anna", phone=PHONE, email="Anna@club.example")
        session_id = club.plan(session, session.now + HOUR)
        result = online.book(session, club.actor, form(session_id, last_name="Other", link="leaflet", **fields))
        assert (result.made.member_id, result.is_person_unclear) == (anna, False)
        person = members.get(session, anna)
        assert (person.name, person.email, person.state, person.source_id) == (
            "Anna",
            "Anna@club.example",
            "client",
            None,
        )
        assert result.made.source_id is not None
        assert count_people(session) == 1


def test_a_further_telephone_finds_its_member(club: Club) -> None:
    with club.database.transaction() as session:
        anna = known(club, session, "Anna")
        contacts.set_contacts(session, club.actor, anna, [ContactDetails(kind="phone", value=PHONE)])
        session_id = club.plan(session, session.now + HOUR)
        assert online.book(session, club.actor, form(session_id)).made.member_id == anna


def test_of_several_it_is_who_has_the_name_else_who_booked_last_and_it_is_said(club: Club) -> None:
    with club.database.transaction() as session:
        mother, child = (known(club, session, name, phone=PHONE) for name in ("Anna", "Bruno"))
        club.book(session, mother, session.now + 5 * HOUR)
        first, second = (club.plan(session, session.now + hours * HOUR) for hours in (1, 3))
        by_name = online.book(session, club.actor, form(first, first_name="bruno"))
        assert (by_name.made.member_id, by_name.is_person_unclear) == (child, True)
        session.get_one(Booking, by_name.made.id).booked_at -= HOUR
        session.flush()
        by_booking = online.book(session, club.actor, form(second, first_name="Somebody"))
        assert (by_booking.made.member_id, by_booking.is_person_unclear) == (mother, True)


def test_in_a_full_session_they_wait_and_the_source_goes_with_them_to_the_seat(club: Club) -> None:
    """Features 180 and 181."""
    with club.database.transaction() as session:
        source = labels.create(session, club.actor, LabelDetails(kind="source", name="Leaflet"))
        session_id = club.plan(session, session.now + HOUR, seats=1)
        seat = online.book(session, club.actor, form(session_id, first_name="Anna", phone="333 765 4321")).made
        made = online.book(session, club.actor, form(session_id, link="LEAFLET")).made
        assert isinstance(made, WaitingEntry)
        assert (made.channel, made.joined_by) == ("online", None)
        with pytest.raises(ConflictError) as caught:
            online.book(session, club.actor, form(session_id))
        assert caught.value.code == "waits_already"
        service.cancel(session, club.actor, seat.id)
        (booking,) = service.list_of_session(session, session_id)
        assert (booking.member_id, booking.channel, booking.source_id) == (made.member_id, "online", source.id)
        assert waiting.list_waiting(session, session_id) == []


def test_what_cannot_be_booked_adds_nobody(club: Club) -> None:
    with club.database.transaction() as session:
        coming, gone = club.plan(session, session.now + HOUR), club.plan(session, session.now + 3 * HOUR)
        class_sessions.cancel(session, club.actor, gone)
    refused = {
        "session_cancelled": form(gone),
        "missing": form(coming, phone=""),
        "bad_telephone": form(coming, phone="1234"),
        "unknown_label": form(coming, reason_id="lbl_none"),
    }
    for code, filled in refused.items():
        with pytest.raises((ConflictError, InvalidError)) as caught, club.database.transaction() as session:
            online.book(session, club.actor, filled)
        assert caught.value.code == code
    with club.database.session() as session:
        assert count_people(session) == 0


def test_an_unknown_link_refuses_nobody(club: Club) -> None:
    """Feature 181."""
    with club.database.transaction() as session:
        made = online.book(session, club.actor, form(club.plan(session, session.now + HOUR), link="nothing")).made
        assert made.source_id is None
