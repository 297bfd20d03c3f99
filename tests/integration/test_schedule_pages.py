"""The console's pages of the schedule, from the settings to the attendance, in three languages, without scripts."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from cloud.audit.service import Actor
from cloud.bookings import service as bookings
from cloud.contracts import service as contracts
from cloud.contracts.service import ContractDetails
from cloud.flags import service as flags
from cloud.flags.service import FlagDetails
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.rooms import service as rooms
from tests.integration.club import PASSWORD, Club

ROME = ZoneInfo("Europe/Rome")


class Browser:
    """A manager at a browser without scripts."""

    def __init__(self, club: Club) -> None:
        self.staff_id = club.hire("manager")
        self._client = club.client()
        answer = self._client.post("/sign-in", data={"email": "manager@club.test", "password": PASSWORD})
        assert answer.status_code == 303
        found = re.search(r'name="csrf_token" value="(\w+)"', self.get("/access"))
        assert found
        self._token = found[1]

    def get(self, address: str) -> str:
        answer = self._client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, address: str, fields: dict[str, str]) -> httpx.Response:
        return self._client.post(address, data={"csrf_token": self._token, **fields})

    def send(self, address: str, fields: dict[str, str]) -> str:
        """Post what is accepted; returns where it leads."""
        answer = self.post(address, fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


@pytest.fixture
def browser(club: Club) -> Browser:
    return Browser(club)


def add_member(club: Club, browser: Browser, name: str, *, kind: str = "", days: int = 5) -> str:
    """A member; with a kind they have a contract that ends so many days from today."""
    actor = Actor("staff", browser.staff_id)
    with club.database.transaction() as session:
        member = members.create(session, actor, MemberDetails(site_id=club.site_id, first_name=name))
        if kind:
            today = session.now.date()
            terms = ContractDetails(plan_name="Plan", starts_on=today, ends_on=today + timedelta(days=days))
            contracts.create(session, actor, member.id, terms).kind = kind
        return member.id


def plan_tomorrow(club: Club, browser: Browser, *, seats: str = "2", is_soon: bool = False) -> tuple[str, str]:
    """Pilates tomorrow at 18:00, or within the hour, in Studio 1, made by hand; its address and its day."""
    browser.send("/settings/schedule/activities", {"name": "Pilates", "colour": "green"})
    browser.send(f"/settings/schedule/sites/{club.site_id}/rooms", {"name": "Studio 1", "seats": seats})
    page = browser.get("/schedule/sessions/new")
    activity = re.findall(r'<option value="(atv_\w+)"', page)[0]
    room = re.findall(r'<option value="(rom_\w+)"', page)[0]
    at = datetime.now(UTC).astimezone(ROME) + (timedelta(minutes=30) if is_soon else timedelta(days=1))
    day, starts = str(at.date()), f"{at:%H:%M}" if is_soon else "18:00"
    fields = {"activity_id": activity, "room_id": room, "first_on": day, "starts": starts, "minutes": "60"}
    browser.send(f"/schedule/sites/{club.site_id}/sessions", fields)
    found = re.search(r"/schedule/sessions/cls_\w+", browser.get(f"/schedule?view=day&day={day}"))
    assert found
    return found[0], day


def test_a_class_is_planned_booked_waited_for_and_attended(club: Club, browser: Browser) -> None:
    """Features 13 and 219."""
    address, day = plan_tomorrow(club, browser, seats="1", is_soon=True)
    anna, bruno = (add_member(club, browser, name) for name in ("Anna", "Bruno"))
    assert "Anna" in browser.get(f"{address}?q=anna")
    assert browser.send(f"{address}/bookings", {"member_id": anna}) == address
    browser.send(f"{address}/bookings", {"member_id": bruno})
    page = browser.get(address)
    assert "1 of 1 seats" in page
    assert "Waiting list" in page
    assert "full" in browser.get(f"/schedule?day={day}")
    with club.database.session() as session:
        (booking,) = bookings.list_of_session(session, address.rsplit("/", 1)[1])
    browser.send(f"/bookings/{booking.id}/attendance", {})
    assert "by staff" in browser.get(address)
    browser.send(f"/bookings/{booking.id}/attendance", {"attended": "no"})
    assert browser.send(f"/bookings/{booking.id}/cancel", {"from": "session"}) == address
    page = browser.get(address)
    assert "got a seat" in page
    assert "from the waiting list" in page


def test_a_member_is_booked_from_the_member_card(club: Club, browser: Browser) -> None:
    address, _ = plan_tomorrow(club, browser)
    anna = add_member(club, browser, "Anna")
    form = browser.get(f"/members/{anna}/bookings/new")
    assert "Pilates" in form
    assert "2 seats free" in form
    session_id = address.rsplit("/", 1)[1]
    assert browser.send(f"/members/{anna}/bookings", {"session_id": session_id}) == f"/members/{anna}"
    assert "Pilates" in browser.get(f"/members/{anna}")
    again = browser.post(f"/members/{anna}/bookings", {"session_id": session_id})
    assert again.status_code == 422
    assert "in this session already" in again.text


def test_a_session_is_moved_and_cancelled(club: Club, browser: Browser) -> None:
    address, day = plan_tomorrow(club, browser)
    form = browser.get(f"{address}/change")
    fields = dict(re.findall(r'name="(seats|first_on|starts|minutes)" value="([^"]*)"', form))
    assert fields["starts"] == "18:00"
    activity = re.findall(r'<option value="(atv_\w+)"', form)[0]
    browser.send(f"{address}/change", {**fields, "activity_id": activity, "starts": "19:30", "minutes": "90"})
    assert "19:30 – 21:00" in browser.get(f"/schedule?view=day&day={day}")
    wrong = browser.post(f"{address}/change", {**fields, "activity_id": activity, "minutes": "0"})
    assert wrong.status_code == 422
    assert "What is booked of it is cancelled too" in browser.get(f"{address}/cancel")
    browser.send(f"{address}/cancel", {"scope": "one"})
    assert "cancelled" in browser.get(f"/schedule?day={day}")


def test_a_weekly_series_is_planned_and_a_taken_room_is_refused_in_words(club: Club, browser: Browser) -> None:
    address, day = plan_tomorrow(club, browser)
    form = browser.get(f"{address}/change")
    activity, room = (
        re.findall(r'<option value="(atv_\w+)"', form)[0],
        re.findall(r'<option value="(rom_\w+)"', form)[0],
    )
    last = str(datetime.fromisoformat(day).date() + timedelta(days=13))
    fields = {"activity_id": activity, "room_id": room, "first_on": day, "last_on": last, "minutes": "60"}
    taken = browser.post(f"/schedule/sites/{club.site_id}/sessions", {**fields, "starts": "18:30"})
    assert taken.status_code == 422
    assert "Another session is in this room then." in taken.text
    every_day = {f"weekday_{number}": "on" for number in range(7)}
    browser.send(f"/schedule/sites/{club.site_id}/sessions", {**fields, **every_day, "starts": "08:00"})
    week = browser.get(f"/schedule?day={last}")
    assert week.count("08:00 – 09:00") >= 1
    assert "This one and the later ones of its series" in browser.get(
        re.findall(r"/schedule/sessions/cls_\w+", week)[0] + "/cancel"
    )


def test_who_comes_is_listed_by_activity_with_what_to_tell_each(club: Club, browser: Browser) -> None:
    """Features 215, 216 and 217."""
    address, day = plan_tomorrow(club, browser, seats="9")
    trial = add_member(club, browser, "Tina", kind="trial", days=60)
    ending = add_member(club, browser, "Enzo", kind="fixed_term", days=3)
    flagged = add_member(club, browser, "Fabio")
    with club.database.transaction() as session:
        details = FlagDetails(effect="message", texts={"en": "Ask for the green pass"})
        flags.raise_flag(session, Actor("staff", browser.staff_id), flagged, details)
    for member_id in (trial, ending, flagged):
        browser.send(f"{address}/bookings", {"member_id": member_id})
    page = browser.get(f"/schedule/arrivals?day={day}")
    for text in ("Pilates", "Tina", "trial: show the way", "Enzo", "subscription ends", "Ask for the green pass"):
        assert text in page
    participants = browser.get(address)
    assert participants.count("first session") == 2
    assert ">trial" in participants
    assert "No session is planned on this day." in browser.get("/schedule/arrivals?day=2001-01-01")


def test_each_figure_opens_the_people_behind_it(club: Club, browser: Browser) -> None:
    """Features 12, 13, 14, 15 and 16."""
    address, day = plan_tomorrow(club, browser, seats="1")
    for name in ("Anna", "Bruno"):
        browser.send(f"{address}/bookings", {"member_id": add_member(club, browser, name)})
    with club.database.session() as session:
        (booking,) = bookings.list_of_session(session, address.rsplit("/", 1)[1])
    browser.send(f"/bookings/{booking.id}/cancel", {"for": "member"})
    period = f"since={day}&until={day}"
    assert "asked by the member" in browser.get(f"/schedule/bookings?figure=cancelled&{period}")
    converted = browser.get(f"/schedule/bookings?figure=converted&{period}")
    assert "got a seat" in converted
    assert address in converted
    assert "Bruno" in browser.get(f"/schedule/bookings?{period}")


def test_the_settings_refuse_what_cannot_be_in_words(club: Club, browser: Browser) -> None:
    plan_tomorrow(club, browser)
    twice = browser.post("/settings/schedule/activities", {"name": "Pilates", "colour": "green"})
    assert twice.status_code == 422
    assert "There is one with this name already." in twice.text
    with club.database.session() as session:
        (room,) = rooms.list_of_site(session, club.site_id)
    assert "Studio 1" in browser.get(f"/settings/schedule/rooms/{room.id}")
    browser.send(f"/settings/schedule/rooms/{room.id}", {"name": "Studio 2", "seats": "7", "is_obsolete": "on"})
    assert "Obsolete" in browser.get("/settings/schedule")


@pytest.mark.parametrize("language", ["it", "ru"])
def test_the_pages_speak_the_language_of_who_looks(club: Club, browser: Browser, language: str) -> None:
    address, day = plan_tomorrow(club, browser)
    browser.send("/language", {"language": language, "next": "/schedule"})
    pages = (f"/schedule?day={day}", "/schedule/arrivals", "/schedule/bookings", "/settings/schedule", address)
    for page in pages:
        assert f'lang="{language}"' in browser.get(page)
