"""Saved searches in the console and over HTTP: kept from a list, opened with the days of today, shared, forgotten."""

import html
import re
from pathlib import Path

import pytest

from cloud.saved_searches.criteria import CRITERIA
from cloud.saved_searches.pages.list_addresses import address_of, criteria_in
from tests.integration.club import Club, add_member, day
from tests.integration.test_task_pages import Browser

API = "/api/v1/saved-searches"


def keep(browser: Browser, link: str, **fields: str) -> str:
    """Save what a list shows, by its link; the address of the search."""
    page = browser.get(html.unescape(link))
    hidden = re.search(r'name="list" value="([^"]*)"', page)
    assert hidden
    answer = browser.post(
        html.unescape(link).partition("?")[0], {"list": html.unescape(hidden[1]), "dates": "moving", **fields}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def link_in(page: str, path: str) -> str:
    found = re.search(rf'href="({path}[^"]*)"', page)
    assert found, page
    return found[1]


def test_what_a_list_shows_is_kept_and_opened_with_the_days_of_today(club: Club) -> None:
    """Features 140 and 141."""
    club.hire("manager")
    browser = Browser(club)
    week_ago = day(-7)
    page = browser.get(f"/tasks?state=closed&closed_from={week_ago}")
    search = keep(browser, link_in(page, "/searches/new/tasks"), name="A week ago", is_schedulable="on")
    opened = browser._client.get(search).headers["location"]
    assert opened == f"/tasks?state=closed&closed_from={week_ago}"
    assert "A week ago" in browser.get("/searches/menu/tasks")
    listed = browser.get("/searches")
    assert "May be scheduled" in listed
    assert "days move" in listed

    edit = {"name": "Seven days ago", "dates": "moving"}
    assert browser.send(search, edit) == "/searches"
    assert "Seven days ago" in browser.get("/searches/menu/tasks")
    assert browser.post(search, {"name": "", "dates": "moving"}).status_code == 422
    assert browser.send(f"{search}/delete", {}) == "/searches"
    assert "Nothing is kept yet" in browser.get("/searches")


def test_members_and_balances_are_kept_too(club: Club, tmp_path: Path) -> None:
    client = club.client("manager")
    add_member(club, client, first_name="Anna", state="lead", birth_on=day())
    add_member(club, client, first_name="Bruno", state="lead")
    browser = Browser(club)
    page = browser.get("/members?state=lead&birthday=today&absent=14..20")
    assert "14 to 20 days" in page
    page = browser.get("/members?state=lead&birthday=today")
    search = keep(browser, link_in(page, "/searches/new/members"), name="Leads of today")
    opened = browser._client.get(search).headers["location"]
    found = browser.get(opened)
    assert "Anna" in found
    assert "Bruno" not in found
    balances = keep(browser, link_in(browser.get("/balances?lessons=3"), "/searches/new/holders"), name="Three left")
    assert browser._client.get(balances).headers["location"].endswith("figure=active_fee&lessons=3")
    (last,) = client.get(API, params={"kind": "members"}).json()["items"]
    assert (last["criteria"]["birthday_from"], last["criteria_today"]["birthday_from"]) == (0, day())
    assert [each["first_name"] for each in client.get(f"{API}/{last['id']}/members").json()["items"]] == ["Anna"]
    assert client.get(f"{API}/{last['id']}/count").json()["count"] == 1


def test_somebody_else_s_search_is_not_there_until_it_is_shared(club: Club) -> None:
    manager, desk = club.client("manager"), club.client("receptionist")
    body = {"name": "Leads", "criteria": {"kind": "members", "state": "lead"}, "dates": "moving"}
    made = manager.post(API, json=body)
    assert made.status_code == 201, made.text
    address = f"{API}/{made.json()['id']}"
    assert desk.get(address).status_code == 404
    assert manager.patch(address, json={"is_shared": True}).json()["is_shared"] is True
    assert desk.get(address).status_code == 200
    assert desk.patch(address, json={"name": "Mine"}).status_code == 403
    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("members", {"q": "anna", "state": "lead", "black_listed": "1", "absent": "14..20"}),
        ("members", {"birthday": "2026-03-01..2026-03-31"}),
        ("holders", {"site": "sit_1", "figure": "unused", "lessons": "0"}),
        ("tasks", {"q": "anna", "state": "any", "kind": "aty_1", "outcome": "out_1", "closed_to": "2026-03-01"}),
    ],
)
def test_criteria_lead_back_to_the_list_that_they_were_read_from(kind: str, query: dict[str, str]) -> None:
    criteria = criteria_in(kind, query)  # type: ignore[arg-type]
    assert CRITERIA.validate_python(criteria.model_dump(mode="json")) == criteria
    address = address_of(criteria).partition("?")[2]
    assert dict(each.split("=") for each in address.split("&")) == query
