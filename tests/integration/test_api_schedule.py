"""The schedule over HTTP, on SQLite and PostgreSQL: planning, seats that are never sold twice, queue, attendance."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cloud.database import Database
from tests.integration.club import Club, Json, add_member, open_club

MEMBERS = 8


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def plan(club: Club, manager: httpx.Client, *, seats: int = 2, ahead: timedelta = timedelta(days=1)) -> Json:
    """A session of Pilates in Studio 1."""
    activity = manager.post("/api/v1/activities", json={"name": "Pilates", "colour": "green"}).json()["id"]
    room = manager.post(f"/api/v1/sites/{club.site_id}/rooms", json={"name": "Studio 1", "seats": seats}).json()["id"]
    at = datetime.now(UTC) + ahead
    body = {"activity_id": activity, "room_id": room, "first_on": f"{at:%F}", "starts": f"{at:%H:%M}", "minutes": 60}
    answer = manager.post(f"/api/v1/sites/{club.site_id}/class-sessions", json=body)
    assert answer.status_code == 201, answer.text
    planned: Json = answer.json()["items"][0]
    return planned


def around(at: str) -> dict[str, str]:
    """A period that holds a moment."""
    moment = datetime.fromisoformat(at)
    return {"since": (moment - timedelta(hours=1)).isoformat(), "until": (moment + timedelta(hours=1)).isoformat()}


def test_seats_are_never_oversold_by_many_at_once(club: Club) -> None:
    manager = club.client("manager")
    held = plan(club, manager, seats=3)
    addresses = [f"/api/v1/members/{add_member(club, manager)['id']}/bookings" for _ in range(MEMBERS)]

    async def book_all() -> list[httpx.Response]:
        transport = httpx.ASGITransport(club.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://club.test", timeout=60) as many:
            many.headers.update(manager.headers)
            body = {"session_id": held["id"]}
            return await asyncio.gather(*(many.post(address, json=body) for address in addresses))

    answers = asyncio.run(book_all())
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * (MEMBERS - 3)
    people = manager.get(f"/api/v1/class-sessions/{held['id']}/participants").json()
    assert len(people["bookings"]) == 3


def test_cancellations_at_once_give_each_seat_to_one_of_the_queue(club: Club) -> None:
    """Features 13 and 14."""
    manager = club.client("manager")
    held = plan(club, manager, seats=2)
    member_ids = [add_member(club, manager)["id"] for _ in range(6)]
    body = {"session_id": held["id"]}
    booked = [manager.post(f"/api/v1/members/{each}/bookings", json=body).json()["id"] for each in member_ids[:2]]
    for each in member_ids[2:]:
        assert manager.post(f"/api/v1/members/{each}/waiting", json={**body, "channel": "app"}).status_code == 201

    async def cancel_all() -> None:
        transport = httpx.ASGITransport(club.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://club.test", timeout=60) as many:
            many.headers.update(manager.headers)
            await asyncio.gather(*(many.post(f"/api/v1/bookings/{each}/cancel") for each in booked))

    asyncio.run(cancel_all())
    people = manager.get(f"/api/v1/class-sessions/{held['id']}/participants").json()
    assert [each["member_id"] for each in people["bookings"]] == member_ids[2:4]
    site = f"/api/v1/sites/{club.site_id}"
    figures = manager.get(f"{site}/booking-figures", params=around(held["starts_at"])).json()
    assert figures == {
        "booked": 2,
        "booked_in_app": 2,
        "queued": 4,
        "waiting": 2,
        "converted": 2,
        "cancelled": 2,
        "reassigned": 0,
    }
    waiting = manager.get(f"{site}/waiting/waiting", params=around(held["starts_at"])).json()["items"]
    assert {each["session_id"] for each in waiting} == {held["id"]}
    cancelled = manager.get(f"{site}/bookings/cancelled", params=around(held["starts_at"])).json()["items"]
    assert {each["id"] for each in cancelled} == set(booked)
    left = manager.post(f"/api/v1/waiting/{waiting[0]['id']}/leave")
    assert left.json()["left_at"] is not None


def test_a_session_is_moved_attended_and_cancelled(club: Club) -> None:
    """Feature 219."""
    manager = club.client("manager")
    held = plan(club, manager, ahead=timedelta(hours=2))
    address = f"/api/v1/class-sessions/{held['id']}"
    member_id = add_member(club, manager)["id"]
    booking = manager.post(f"/api/v1/members/{member_id}/bookings", json={"session_id": held["id"]}).json()
    later = (datetime.fromisoformat(held["starts_at"]) + timedelta(hours=1)).isoformat()
    assert manager.patch(address, json={"starts_at": later, "minutes": 30}).status_code == 200
    (moved,) = manager.get(f"/api/v1/members/{member_id}/bookings").json()["items"]
    assert datetime.fromisoformat(moved["starts_at"]) == datetime.fromisoformat(later)
    marked = manager.put(f"/api/v1/bookings/{booking['id']}/attendance").json()
    assert marked["attended_via"] == "staff"
    assert manager.delete(f"/api/v1/bookings/{booking['id']}/attendance").json()["attended_at"] is None
    listed = manager.get(f"/api/v1/sites/{club.site_id}/class-sessions", params=around(later)).json()["items"]
    assert [each["id"] for each in listed] == [held["id"]]
    arrivals = manager.get(f"/api/v1/sites/{club.site_id}/arrivals", params={"day": later[:10]})
    assert arrivals.status_code == 200
    assert manager.post(f"{address}/cancel").json()["items"][0]["cancelled_at"] is not None
    (gone,) = manager.get(f"/api/v1/members/{member_id}/bookings").json()["items"]
    assert gone["cancelled_for"] == "session"
    assert manager.post(f"{address}/cancel").status_code == 409


def test_a_calendar_is_fetched_by_whoever_has_its_address_until_it_is_revoked(club: Club) -> None:
    manager, stranger = club.client("manager"), club.client()
    trainer_id = club.hire("trainer")
    held = plan(club, manager)
    manager.patch(f"/api/v1/class-sessions/{held['id']}", json={"trainer_id": trainer_id})
    path = manager.put(f"/api/v1/staff/{trainer_id}/calendar").json()["path"]
    fetched = stranger.get(path)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert f"UID:{held['id']}@tornello" in fetched.text
    assert stranger.get(path.replace(".ics", "0.ics")).status_code == 404
    assert manager.delete(f"/api/v1/staff/{trainer_id}/calendar").status_code == 204
    assert stranger.get(path).status_code == 404


def test_a_series_is_changed_and_refused_with_codes(club: Club) -> None:
    manager = club.client("manager")
    held = plan(club, manager)
    first = datetime.now(UTC) + timedelta(days=3)
    body = {
        "activity_id": held["activity_id"],
        "seats": 5,
        "first_on": f"{first:%F}",
        "last_on": f"{first + timedelta(days=20):%F}",
        "starts": "07:00",
        "minutes": 45,
    }
    address = f"/api/v1/sites/{club.site_id}/class-sessions"
    items = manager.post(address, json=body).json()["items"]
    assert len(items) == 3
    changed = manager.patch(f"/api/v1/class-sessions/{items[1]['id']}", json={"seats": 7, "scope": "following"})
    assert changed.status_code == 200
    seats = [manager.get(f"/api/v1/class-sessions/{each['id']}").json()["seats"] for each in items]
    assert seats == [5, 7, 7]
    for wrong in ({"last_on": "2001-01-01"}, {"activity_id": "atv_none"}, {"minutes": 0}, {"starts": "18:00Z"}):
        assert manager.post(address, json={**body, **wrong}).status_code == 422
