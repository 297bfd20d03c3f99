"""Staff with a role at some sites alone: what they may do, and what they get to see."""

from collections.abc import Callable

import httpx
import pytest

from cloud.database import Database
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff.models import Staff, StaffSiteRole
from tests.integration.club import SECRET, SYSTEM, Club, add_member, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def other_site(club: Club) -> str:
    with club.database.transaction() as session:
        return sites.create_site(session, SYSTEM, SiteRules("Ostia", "Europe/Rome", "it"), SECRET).id


def limit(club: Club, email: str, site_id: str, role: str, everywhere: str = "") -> None:
    with club.database.transaction() as session:
        person = session.query(Staff).filter_by(email=email).one()
        person.role, person.has_site_roles = everywhere, True
        session.add(StaffSiteRole(staff_id=person.id, site_id=site_id, role=role))


def test_a_receptionist_of_one_site_works_there_and_nowhere_else(club: Club, other_site: str) -> None:
    owner, desk = club.client("owner"), club.client("receptionist")
    limit(club, "receptionist@club.test", club.site_id, "receptionist")
    here = add_member(club, owner, first_name="Here")["id"]
    there = add_member(club, owner, first_name="There", site_id=other_site)["id"]

    listed = desk.get("/api/v1/members").json()["items"]
    assert [member["id"] for member in listed] == [here]
    assert [site["id"] for site in desk.get("/api/v1/sites").json()["items"]] == [club.site_id]
    calls: list[Callable[[str], httpx.Response]] = [
        lambda member_id: desk.get(f"/api/v1/members/{member_id}"),
        lambda member_id: desk.get(f"/api/v1/members/{member_id}/flags"),
        lambda member_id: desk.post(
            f"/api/v1/members/{member_id}/flags", json={"effect": "block", "texts": {"it": "Fermo"}}
        ),
        lambda member_id: desk.patch(f"/api/v1/members/{member_id}", json={"first_name": "New"}),
    ]
    for call in calls:
        assert call(here).status_code in {200, 201}
        assert call(there).status_code == 403
    flag = desk.get(f"/api/v1/members/{here}/flags").json()["items"][0]["id"]
    assert desk.post(f"/api/v1/flags/{flag}/clear").status_code == 200
    assert desk.get("/api/v1/access-events/stream").status_code == 403


def test_a_higher_role_at_one_site_gives_nothing_elsewhere(club: Club, other_site: str) -> None:
    person = club.client("receptionist")
    limit(club, "receptionist@club.test", other_site, "manager", everywhere="receptionist")
    assert person.get(f"/api/v1/sites/{club.site_id}/plans").status_code == 200
    assert person.post(f"/api/v1/sites/{club.site_id}/plans", json={}).status_code == 403
    assert person.post(f"/api/v1/sites/{other_site}/plans", json={}).status_code == 422
    assert person.get("/api/v1/audit-entries").status_code == 403
    assert person.get("/api/v1/members").status_code == 200


def test_a_lower_role_at_one_site_hides_it(club: Club, other_site: str) -> None:
    owner, person = club.client("owner"), club.client("manager")
    limit(club, "manager@club.test", other_site, "", everywhere="manager")
    here = add_member(club, owner)["id"]
    add_member(club, owner, site_id=other_site)
    assert [member["id"] for member in person.get("/api/v1/members").json()["items"]] == [here]
    assert person.patch(f"/api/v1/sites/{other_site}", json={}).status_code == 403
