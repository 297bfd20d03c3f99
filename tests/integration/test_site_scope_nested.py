"""Staff with a role at one site alone, and what a request names besides its subject: somebody of another site."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from cloud import bus
from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.database import Database
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.tasks import service as tasks
from cloud.tasks.service import TaskDetails
from tests import club as small
from tests.integration.club import SECRET, SYSTEM, Club, add_member, open_club
from tests.integration.test_people_pages import Desk
from tests.integration.test_site_scope import limit
from tests.tables import create_tables

Json = dict[str, object]


@pytest.fixture
def club() -> Iterator[Club]:
    database = Database("sqlite://", dispatch=bus.dispatch)
    create_tables(database)
    yield open_club(database)
    database.close()


@pytest.fixture
def other_site(club: Club) -> str:
    with club.database.transaction() as session:
        return sites.create_site(session, SYSTEM, SiteRules("Ostia", "Europe/Rome", "it"), SECRET).id


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    """A manager of the first site alone."""
    client = club.client("manager")
    limit(club, "manager@club.test", club.site_id, "manager")
    return client


def test_a_manager_of_one_site_does_not_merge_members_of_another_into_their_own(
    club: Club, other_site: str, manager: httpx.Client
) -> None:
    owner = club.client("owner")
    here = add_member(club, owner, first_name="Here")["id"]
    there = add_member(club, owner, first_name="There", site_id=other_site, phone="+393331234567")["id"]

    assert manager.post(f"/api/v1/members/{here}/merge", json={"old_id": there}).status_code == 403
    assert owner.get(f"/api/v1/members/{there}").status_code == 200


def test_a_manager_of_one_site_links_nobody_of_another_as_relative(
    club: Club, other_site: str, manager: httpx.Client
) -> None:
    owner = club.client("owner")
    here = add_member(club, owner, first_name="Here")["id"]
    there = add_member(club, owner, first_name="There", site_id=other_site)["id"]

    answer = manager.put(f"/api/v1/members/{here}/relatives/{there}", json={"kind": "partner"})
    assert answer.status_code == 403
    assert owner.get(f"/api/v1/members/{there}/relatives").json() == []


def test_a_manager_of_one_site_lets_nobody_into_another(club: Club, other_site: str, manager: httpx.Client) -> None:
    owner = club.client("owner")
    here = add_member(club, owner, first_name="Here")["id"]

    answer = manager.put(f"/api/v1/members/{here}/other-sites", json={"site_ids": [other_site]})
    assert answer.status_code == 403
    assert owner.get(f"/api/v1/members/{here}").json()["site_id"] == club.site_id


def test_a_receptionist_of_one_site_opens_the_sessions_of_it_alone(
    club: Club, other_site: str, manager: httpx.Client
) -> None:
    owner = club.client("owner")
    activity = owner.post("/api/v1/activities", json={"name": "Pilates"}).json()["id"]
    plan = {"activity_id": activity, "seats": 5, "first_on": "2030-01-07", "last_on": "2030-01-07"}
    plan |= {"starts": "10:00", "minutes": 60}
    made = {}
    for site_id in (club.site_id, other_site):
        answer = owner.post(f"/api/v1/sites/{site_id}/class-sessions", json=plan)
        assert answer.status_code == 201, answer.text
        made[site_id] = answer.json()["items"][0]["id"] if "items" in answer.json() else answer.json()[0]["id"]

    assert manager.get(f"/api/v1/class-sessions/{made[club.site_id]}").status_code == 200
    assert manager.get(f"/api/v1/class-sessions/{made[other_site]}").status_code == 403


def test_a_list_saved_as_a_file_holds_no_more_than_the_list(club: Club, other_site: str) -> None:
    desk = Desk(club, "manager")
    limit(club, "manager@club.test", club.site_id, "manager")
    with club.database.transaction() as session:
        kind = action_types.create(session, SYSTEM, ActionTypeDetails(name="Call"))
        for site_id, name in ((club.site_id, "Nearby"), (other_site, "Elsewhere")):
            acting = small.Club(club.database, site_id, SYSTEM)
            member_id = acting.add_member(session, name)
            acting.add_contract(session, member_id, due_on=date(2026, 1, 5))
            tasks.create(session, SYSTEM, member_id, TaskDetails(action_type_id=kind.id, text="About the dues"))

    saved = desk.see("/tasks/export?form=csv")
    assert "Nearby" in saved
    assert "Elsewhere" not in saved
    assert "Nearby" in desk.see(f"/debts/export?form=csv&site={club.site_id}")
    for address in ("/debts", "/payments", "/balances", "/schedule/bookings"):
        assert desk.browser.get(f"{address}/export?form=csv&site={other_site}").status_code == 404


def test_the_pages_of_a_manager_of_one_site_tell_nothing_of_members_of_another(club: Club, other_site: str) -> None:
    owner, desk = club.client("owner"), Desk(club, "manager")
    limit(club, "manager@club.test", club.site_id, "manager")
    here = f"/members/{add_member(club, owner, first_name='Here')['id']}"
    there_id = add_member(club, owner, first_name="Elsewhere", site_id=other_site)["id"]

    add_member(club, owner, first_name="Nearby")
    found = desk.see(f"{here}/relatives/new?q=Rossi")
    assert "Nearby" in found
    assert "Elsewhere" not in found
    assert desk.browser.get(f"{here}/merge?old={there_id}").status_code == 403
    for address, fields in {
        f"{here}/merge": {"old": there_id},
        f"{here}/relatives": {"relative_id": there_id, "kind": "partner"},
        f"{here}/other-sites": {f"site_{other_site}": "on"},
    }.items():
        assert desk.send(address, **fields).status_code == 403


def test_a_number_of_any_length_in_an_address_leads_nowhere(club: Club, manager: httpx.Client) -> None:
    for number in ("9" * 30, "9" * 5000):
        assert manager.get(f"/api/v1/access-events/{number}/explanation").status_code in {403, 404, 422}
