"""Online bookings over HTTP, as the club's web site makes them, and what staff see of them."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cloud.database import Database
from cloud.staff import api_keys
from cloud.staff import service as staff
from tests.integration.club import Club, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def key_of(club: Club, owner: httpx.Client) -> str:
    """A key that may do nothing but book online."""
    with club.database.transaction() as session:
        who = staff.find_signed_in(session, owner.headers["Authorization"].removeprefix("Bearer "))
        assert who is not None
        return api_keys.create(session, who, "Web site", ["bookings.online"], days=30)[1]


def test_a_web_site_books_with_a_key_of_its_own_and_learns_nothing_about_the_person(club: Club) -> None:
    """Features 180 and 181."""
    owner = club.client("administrator")
    source = owner.post("/api/v1/labels", json={"kind": "source", "name": "Spring leaflet"}).json()
    assert source["link_code"] == "spring-leaflet"
    activity = owner.post("/api/v1/activities", json={"name": "Pilates"}).json()["id"]
    at = datetime.now(UTC) + timedelta(days=1)
    body = {"activity_id": activity, "first_on": f"{at:%F}", "starts": f"{at:%H:%M}", "minutes": 60, "seats": 1}
    planned = owner.post(f"/api/v1/sites/{club.site_id}/class-sessions", json=body).json()["items"][0]
    form = {"session_id": planned["id"], "first_name": "Nina", "phone": "333 123 4567", "link": "spring-leaflet"}

    web_site = club.client()
    web_site.headers["Authorization"] = f"Bearer {key_of(club, owner)}"
    answers = [web_site.post("/api/v1/online-bookings", json=form, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json().keys() == {"id", "state", "is_person_unclear"}
    assert answers[0].json()["state"] == "booked"
    assert web_site.get("/api/v1/members").status_code == 403
    assert club.client("manager").post("/api/v1/online-bookings", json=form).status_code == 403

    second = web_site.post("/api/v1/online-bookings", json=form | {"phone": None, "email": "b@x.example"})
    assert second.json()["state"] == "waiting"
    (booking,) = owner.get(f"/api/v1/class-sessions/{planned['id']}/participants").json()["bookings"]
    assert (booking["channel"], booking["booked_by"], booking["source_id"]) == ("online", None, source["id"])
