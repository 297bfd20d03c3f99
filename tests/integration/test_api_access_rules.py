"""Zones, lanes' places, hours, special days, access levels and the rules of a site over HTTP, on both databases."""

from typing import Any

import httpx
import pytest

from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor, find_break
from cloud.database import Database
from cloud.sites import service as sites
from tests.integration.club import Club, Json, open_club

WEEK = [[{"opens": "06:30", "closes": "22:00"}]] * 5 + [[], [{"opens": "22:00", "closes": "02:00"}]]


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


def add(manager: httpx.Client, club: Club, noun: str, **body: Any) -> Json:
    answer = manager.post(f"/api/v1/sites/{club.site_id}/{noun}", json=body)
    assert answer.status_code == 201, answer.text
    added: Json = answer.json()
    return added


def add_lane(club: Club) -> str:
    with club.database.transaction() as session:
        return sites.create_lane(session, Actor("system", "test"), club.site_id, "Lane 1").id


def listed(manager: httpx.Client, club: Club, noun: str) -> list[Json]:
    items: list[Json] = manager.get(f"/api/v1/sites/{club.site_id}/{noun}").json()["items"]
    return items


def test_a_site_begins_with_one_zone_that_its_lanes_lead_into(club: Club, manager: httpx.Client) -> None:
    lane_id = add_lane(club)
    (zone,) = listed(manager, club, "zones")
    assert (zone["name"], zone["passback"], zone["forgive_minute"]) == ("Club", "off", 240)
    place = {"lane_id": lane_id, "zone_in_id": zone["id"], "zone_out_id": None, "device_kind": "turnstile"}
    assert listed(manager, club, "lane-places") == [place]


def test_a_zone_is_added_changed_forgiven_and_deleted(club: Club, manager: httpx.Client) -> None:
    zone = add(manager, club, "zones", name="Sauna", passback="hard", passback_s=3600, occupancy_limit=12)
    address = f"/api/v1/zones/{zone['id']}"
    changed = manager.patch(address, json={"name": "Spa", "passback_s": None}).json()
    assert (changed["name"], changed["passback"], changed["passback_s"], changed["occupancy_limit"]) == (
        "Spa",
        "hard",
        None,
        12,
    )
    assert changed["forgiven_at"] is None
    forgiven = manager.post(f"{address}/forgive").json()
    assert forgiven["forgiven_at"] is not None
    assert manager.get(address).json() == forgiven
    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404
    with club.database.session() as session:
        entries = session.query(AuditEntry).filter_by(entity_id=zone["id"]).order_by(AuditEntry.seq).all()
        assert [entry.action for entry in entries] == ["zone.create", "zone.change", "zone.forgive", "zone.delete"]
        assert entries[1].before == {"name": "Sauna", "passback_s": 3600}
        assert find_break(session) is None


def test_a_zone_in_use_is_not_deleted_and_its_users_are_named(club: Club, manager: httpx.Client) -> None:
    add_lane(club)
    (zone,) = listed(manager, club, "zones")
    add(manager, club, "access-levels", name="All", grants=[{"zone_id": zone["id"]}])
    refused = manager.delete(f"/api/v1/zones/{zone['id']}")
    assert (refused.status_code, refused.json()["detail"]) == (409, "Still used by: Lane 1, All.")


def test_a_lane_leads_from_one_zone_into_another(club: Club, manager: httpx.Client) -> None:
    lane_id = add_lane(club)
    (whole,) = listed(manager, club, "zones")
    spa = add(manager, club, "zones", name="Spa")
    address = f"/api/v1/lanes/{lane_id}/place"
    body = {"zone_in_id": spa["id"], "zone_out_id": whole["id"]}
    assert manager.patch(address, json=body).json() == {"lane_id": lane_id, "device_kind": "turnstile"} | body
    assert manager.patch(address, json={**body, "device_kind": "door"}).json()["device_kind"] == "door"
    assert manager.patch(address, json=body).json()["device_kind"] == "door", "it is kept"
    assert manager.patch(address, json={**body, "device_kind": "toaster"}).status_code == 422
    assert manager.patch(address, json={"zone_in_id": spa["id"], "zone_out_id": spa["id"]}).status_code == 422
    assert manager.patch(address, json={"zone_in_id": "zon_of_nobody"}).status_code == 422
    assert manager.patch(address, json={"zone_in_id": None}).json()["zone_out_id"] is None


def test_hours_are_added_changed_in_part_and_deleted(club: Club, manager: httpx.Client) -> None:
    short = {" Short  DAY ": [{"opens": "08:00", "closes": "13:00"}]}
    schedule = add(manager, club, "schedules", name="Opening", weekly=WEEK, special=short)
    assert schedule["weekly"] == WEEK
    assert schedule["special"] == {"short day": short[" Short  DAY "]}
    address = f"/api/v1/schedules/{schedule['id']}"
    always = [[{"opens": "00:00", "closes": "24:00"}]] * 7
    changed = manager.patch(address, json={"weekly": always}).json()
    assert (changed["weekly"], changed["special"], changed["name"]) == (always, schedule["special"], "Opening")
    assert manager.get(address).json() == changed
    (zone,) = listed(manager, club, "zones")
    grant = {"zone_id": zone["id"], "schedule_id": schedule["id"]}
    level = add(manager, club, "access-levels", name="Early", grants=[grant])
    assert manager.delete(address).json()["detail"] == "Still used by: Early."
    assert manager.delete(f"/api/v1/access-levels/{level['id']}").status_code == 204
    assert manager.delete(address).status_code == 204


@pytest.mark.parametrize(
    "weekly",
    [
        [],
        WEEK[:6],
        [[{"opens": "6", "closes": "22:00"}], *WEEK[1:]],
        [[{"opens": "24:00", "closes": "22:00"}], *WEEK[1:]],
        [[{"opens": "08:00", "closes": "13:00"}, {"opens": "12:00", "closes": "14:00"}], *WEEK[1:]],
        [[{"opens": "15:00", "closes": "18:00"}, {"opens": "08:00", "closes": "13:00"}], *WEEK[1:]],
        [[{"opens": f"{hour:02d}:00", "closes": f"{hour:02d}:30"} for hour in range(9)], *WEEK[1:]],
    ],
)
def test_hours_that_make_no_sense_are_refused(club: Club, manager: httpx.Client, weekly: list[Any]) -> None:
    answer = manager.post(f"/api/v1/sites/{club.site_id}/schedules", json={"name": "Odd", "weekly": weekly})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_special_day_is_one_only_once(club: Club, manager: httpx.Client) -> None:
    christmas = add(manager, club, "special-days", day="2026-12-25", kind="Holiday", name="Christmas")
    assert christmas["kind"] == "holiday"
    body = {"day": "2026-12-25", "kind": "short day", "name": "Again"}
    again = manager.post(f"/api/v1/sites/{club.site_id}/special-days", json=body)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "day")
    assert manager.delete(f"/api/v1/special-days/{christmas['id']}").status_code == 204
    assert listed(manager, club, "special-days") == []


def test_a_level_keeps_its_zone_when_its_hours_change(club: Club, manager: httpx.Client) -> None:
    (zone,) = listed(manager, club, "zones")
    schedule = add(manager, club, "schedules", name="Opening", weekly=WEEK)
    level = add(manager, club, "access-levels", name="All", grants=[{"zone_id": zone["id"]}])
    address = f"/api/v1/access-levels/{level['id']}"
    grants = [{"zone_id": zone["id"], "schedule_id": schedule["id"]}]
    assert manager.patch(address, json={"grants": grants}).json()["grants"] == grants
    renamed = manager.patch(address, json={"name": "Morning"}).json()
    assert (renamed["name"], renamed["grants"]) == ("Morning", grants)
    assert manager.get(address).json() == renamed
    assert manager.patch(address, json={"grants": grants * 2}).status_code == 422
    assert manager.patch(address, json={"grants": [{"zone_id": "zon_of_nobody"}]}).status_code == 422


def test_nothing_of_another_site_can_be_granted(club: Club, manager: httpx.Client) -> None:
    other = open_club(club.database)
    (foreign,) = manager.get(f"/api/v1/sites/{other.site_id}/zones").json()["items"]
    body = {"name": "All", "grants": [{"zone_id": foreign["id"]}]}
    assert manager.post(f"/api/v1/sites/{club.site_id}/access-levels", json=body).status_code == 422


@pytest.mark.parametrize(
    ("noun", "body"),
    [("zones", {}), ("schedules", {"weekly": [[]] * 7}), ("access-levels", {})],
)
def test_a_name_is_given_once_at_a_site(club: Club, manager: httpx.Client, noun: str, body: Json) -> None:
    first = add(manager, club, noun, name="Twice", **body)
    again = manager.post(f"/api/v1/sites/{club.site_id}/{noun}", json={"name": " Twice "} | body)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "name")
    assert manager.patch(f"/api/v1/{noun}/{first['id']}", json={"name": "Twice"}).status_code == 200


def test_lists_come_in_pages(club: Club, manager: httpx.Client) -> None:
    for number in range(4):
        add(manager, club, "zones", name=f"Zone {number}")
    address = f"/api/v1/sites/{club.site_id}/zones"
    first = manager.get(address, params={"limit": 3}).json()
    second = manager.get(address, params={"limit": 3, "after": first["next"]}).json()
    names = [zone["name"] for zone in first["items"] + second["items"]]
    assert names == ["Club", "Zone 0", "Zone 1", "Zone 2", "Zone 3"]
    assert second["next"] is None


def test_a_site_has_a_bounded_number_of_zones(club: Club, manager: httpx.Client) -> None:
    for number in range(63):
        add(manager, club, "zones", name=f"Zone {number}")
    answer = manager.post(f"/api/v1/sites/{club.site_id}/zones", json={"name": "One too many"})
    assert answer.status_code == 409


def test_the_rules_of_a_site_are_changed_by_name(club: Club, manager: httpx.Client) -> None:
    address = f"/api/v1/sites/{club.site_id}"
    texts = {"zone_full": {"it": "Sala piena"}}
    body = {"lease_policy": "staff_only", "impossible_travel_s": 0, "refusal_texts": texts, "booking_minutes_after": 20}
    changed = manager.patch(address, json=body).json()
    assert {name: changed[name] for name in body} == body
    assert (changed["name"], changed["lease_days"], changed["exit_policy"]) == ("Club", 30, "check")
    assert manager.get(address).json() == changed


@pytest.mark.parametrize(
    "body",
    [
        {"lease_days": 91},
        {"lease_policy": "hope"},
        {"time_zone": "Europe/Paris"},
        {"refusal_texts": {"granted": {"en": "No"}}},
        {"refusal_texts": {"zone_full": {"fr": "Complet"}}},
        {"refusal_texts": {"zone_full": {"en": "a" * 81}}},
        {"refusal_texts": {"zone_full": {"en": ""}}},
    ],
)
def test_rules_that_cannot_be_are_refused(club: Club, manager: httpx.Client, body: Json) -> None:
    assert manager.patch(f"/api/v1/sites/{club.site_id}", json=body).status_code == 422
