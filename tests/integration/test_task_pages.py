"""The console's pages about tasks, from the settings to the closing, in three languages."""

import re
from datetime import timedelta

import httpx
import pytest

from cloud.audit.service import Actor
from cloud.contracts import service as contracts
from cloud.contracts.service import ContractDetails
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.privacy_purposes.policy import standard_id
from cloud.sites import service as sites
from cloud.staff.models import Staff
from cloud.tasks import service as tasks
from cloud.tasks.repository import TaskFilter
from tests.integration.club import PASSWORD, Club

TYPE = {
    "name": "Talk to them",
    "colour": "red",
    "action_at_access": "message_and_block",
    "device_turnstile": "on",
    "text_en": "{first_name}, see the desk",
    "operator_hint": "Ask for the green pass",
}


class Browser:
    """A manager at a browser without scripts."""

    def __init__(self, club: Club) -> None:
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
    club.hire("manager")
    return Browser(club)


def add_person(club: Club, first_name: str, card: int) -> str:
    """A member who may enter now, at a site with a lane."""
    with club.database.transaction() as session:
        manager = session.query(Staff).one()
        actor = Actor("staff", manager.id)
        if not sites.list_lanes(session, club.site_id):
            sites.create_lane(session, actor, club.site_id, "Lane 1")
        member = members.create(session, actor, MemberDetails(site_id=club.site_id, first_name=first_name))
        credentials.issue(session, actor, member.id, CardSpec(card_number=card))
        today = session.now.date()
        span = ContractDetails(
            plan_name="Year", starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=30)
        )
        contracts.create(session, actor, member.id, span)
        return member.id


def newest_task(club: Club) -> str:
    with club.database.session() as session:
        return tasks.find_page(session, TaskFilter(), after=None, limit=1).items[0].id


def id_in(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, page
    return found[1]


def test_a_blocking_task_from_the_settings_to_its_closing(club: Club, browser: Browser) -> None:
    """Features 115, 119, 122, 124, 125, 129, 130, 133, 163, 229, 230."""
    assert browser.send("/settings/tasks/types", TYPE) == "/settings/tasks"
    settings = browser.get("/settings/tasks")
    assert "No outcome closes a task of it" in settings
    type_id = id_in(settings, r"/settings/tasks/types/(aty_\w+)")
    browser.send("/settings/tasks/outcomes", {"name": "Settled", "state_class": "closed_positive"})
    outcome_id = id_in(browser.get("/settings/tasks"), r"/settings/tasks/outcomes/(out_\w+)")
    browser.send(f"/settings/tasks/types/{type_id}", {**TYPE, f"outcome_{outcome_id}": "on"})
    assert "No outcome closes a task of it" not in browser.get("/settings/tasks")

    member_id = add_person(club, "Anna", 1)
    new = browser.get(f"/members/{member_id}/tasks/new")
    assert type_id in new
    fields = {"action_type_id": type_id, "text": "Certificate of May", "complete_by": "2026-12-01", "next_step": "call"}
    assert browser.send(f"/members/{member_id}/tasks", fields) == f"/members/{member_id}"
    card = browser.get(f"/members/{member_id}")
    assert "Blocked at the turnstile: Anna, see the desk" in card
    assert "Certificate of May" in card
    assert "Blocked at the turnstile" in browser.get("/members")
    task_id = newest_task(club)
    browser.send(f"/tasks/{task_id}/comments", {"text": "Left her a note"})
    assert "Left her a note" in browser.get(f"/tasks/{task_id}")
    assert browser.post(f"/tasks/{task_id}/close", {"outcome_id": outcome_id, "result": ""}).status_code == 422
    location = browser.send(f"/tasks/{task_id}/close", {"outcome_id": outcome_id, "result": "She brought it"})
    assert location == f"/members/{member_id}/tasks/new?after={task_id}"
    assert "What is the next step with this member?" in browser.get(location)
    after = browser.get(f"/members/{member_id}")
    assert "Blocked at the turnstile: Anna" not in after
    assert "She brought it" in after


def test_a_type_that_begins_to_stop_people_is_saved_only_after_they_were_named(club: Club, browser: Browser) -> None:
    """Feature 122."""
    quiet = TYPE | {"action_at_access": "message"}
    browser.send("/settings/tasks/types", quiet)
    type_id = id_in(browser.get("/settings/tasks"), r"/settings/tasks/types/(aty_\w+)")
    member_id = add_person(club, "Zenobia", 1)
    browser.send(f"/members/{member_id}/tasks", {"action_type_id": type_id})
    asked = browser.post(f"/settings/tasks/types/{type_id}", TYPE)
    assert asked.status_code == 200
    assert "Zenobia" in asked.text
    assert "Save and stop 1 person" in asked.text
    assert "Blocked at the turnstile:" not in browser.get(f"/members/{member_id}")
    browser.send(f"/settings/tasks/types/{type_id}", TYPE | {"confirmed": "1"})
    assert "Blocked at the turnstile:" in browser.get(f"/members/{member_id}")


def test_a_bulk_shows_whom_it_touches_before_it_begins(club: Club, browser: Browser) -> None:
    """Features 72, 73, 74, 75, 76, 77."""
    browser.send("/settings/tasks/types", TYPE)
    type_id = id_in(browser.get("/settings/tasks"), r"/settings/tasks/types/(aty_\w+)")
    for number, name in enumerate(("Anna", "Annabella", "Berta"), 1):
        add_person(club, name, number)
    form = browser.get("/tasks/bulk?q=anna")
    assert "The same task about 2 members" in form
    fields = {
        "member_ids": id_in(form, r'name="member_ids" value="([\w ]+)"'),
        "action_type_id": type_id,
        "text": "Tell them",
    }
    assert browser.post("/tasks/bulk/summary", fields).status_code == 422
    fields |= {"purpose_id": standard_id("contract")}
    summary = browser.post("/tasks/bulk/summary", fields | {"template_name": "Monthly"}).text
    assert "They would be stopped at their next opening" in summary
    assert "Annabella" in summary
    assert "Begin 2 tasks" in summary
    with club.database.session() as session:
        assert tasks.count(session, TaskFilter()) == 0
    assert browser.send("/tasks/bulk", fields) == f"/tasks?kind={type_id}"
    assert browser.get(f"/tasks?kind={type_id}").count("/tasks/tsk_") == 2
    template_id = id_in(browser.get("/tasks/bulk?q=berta"), r"template=(ttm_\w+)")
    assert "Tell them" in browser.get(f"/tasks/bulk?q=berta&template={template_id}")


def test_closed_tasks_are_found_by_outcome_and_days(club: Club, browser: Browser) -> None:
    """Feature 140."""
    browser.send("/settings/tasks/types", TYPE)
    type_id = id_in(browser.get("/settings/tasks"), r"/settings/tasks/types/(aty_\w+)")
    member_id = add_person(club, "Anna", 1)
    browser.send(f"/members/{member_id}/tasks", {"action_type_id": type_id})
    task_id = newest_task(club)
    browser.send(f"/tasks/{task_id}/close", {"result": "Talked"})
    assert task_id not in browser.get("/tasks")
    assert task_id in browser.get("/tasks?state=closed&closed_from=2026-01-01")
    assert task_id not in browser.get("/tasks?state=closed&closed_to=2026-01-01")


@pytest.mark.parametrize("language", ["en", "it", "ru"])
def test_every_form_opens(club: Club, browser: Browser, language: str) -> None:
    """Feature 167."""
    browser.send("/language", {"language": language, "next": "/tasks"})
    assert f'<html lang="{language}"' in browser.get("/tasks")
    browser.send("/settings/tasks/types", TYPE)
    browser.send("/settings/tasks/statuses", {"name": "Offer sent", "position": "1"})
    page = browser.get("/settings/tasks")
    type_id = id_in(page, r"/settings/tasks/types/(aty_\w+)")
    status_id = id_in(page, r"/settings/tasks/statuses/(enq_\w+)")
    member_id = add_person(club, "Anna", 1)
    browser.send(f"/members/{member_id}/tasks", {"action_type_id": type_id, "next_step_at": "2026-12-01T10:00"})
    task_id = newest_task(club)
    for address in (
        f"/settings/tasks/types/{type_id}",
        f"/settings/tasks/statuses/{status_id}",
        "/settings/tasks/types/new",
        "/settings/tasks/outcomes/new",
        "/settings/tasks/statuses/new",
        f"/tasks/{task_id}/change",
        f"/tasks/{task_id}/outcome",
        f"/tasks/{task_id}/close",
        f"/tasks/{task_id}/lift",
    ):
        assert "<form" in browser.get(address)
    browser.send(f"/tasks/{task_id}/change", {"text": "Other", "next_step_at": "2026-12-02T10:00"})
    assert "Other" in browser.get(f"/tasks/{task_id}")
    assert browser.post(f"/tasks/{task_id}/change", {"next_step_at": "soon"}).status_code == 422
