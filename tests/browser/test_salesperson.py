"""A salesperson's board: a call becomes a lead, the card moves to tomorrow, is closed with its result."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.service import ActionTypeDetails
from cloud.audit.service import Actor
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from tests.browser.club import PASSWORD
from tests.browser.conftest import Console, open_page, sign_in
from tests.browser.test_board import card, is_live

SARA = "sara@club.example"
SYSTEM = Actor("system", "browser-tests")


@pytest.fixture
def sara(page: Page, console: Console) -> Page:
    """A tab where the salesperson is signed in."""
    with console.club.database.transaction() as session:
        staff.create_staff(session, SYSTEM, StaffDetails(email=SARA, name="Sara Riva", role="sales"), password=PASSWORD)
        outcome = outcomes.create(
            session, SYSTEM, OutcomeDetails(name="Comes for a trial", state_class="closed_positive")
        )
        details = ActionTypeDetails(name="Call them", texts={}, outcome_ids=(outcome.id,))
        action_types.create(session, SYSTEM, details)
    sign_in(page, SARA)
    return page


def test_a_call_becomes_a_lead_a_next_step_and_a_result(
    sara: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    """Features 144, 149, 150, 162, 165, 171, 229, 230."""
    dialog = sara.get_by_role("dialog")
    open_page(sara, "/board")
    is_live(sara)
    sara.get_by_role("link", name="Add a card").click()
    dialog.get_by_label("Telephone").fill("+39 348 765 4321")
    dialog.get_by_role("button", name="Find the person").click()
    dialog.get_by_label("First name").fill("Carla")
    dialog.get_by_label("What is to be done").fill("Asked for prices")
    dialog.get_by_role("button", name="Begin the task").click()
    new = card(sara, "Unsorted", "Asked for prices")
    expect(new).to_contain_text("Carla")

    new.focus()
    sara.keyboard.press("m")
    dialog.get_by_label("Move to").select_option("tomorrow")
    dialog.get_by_role("button", name="Move").click()
    expect(card(sara, "Tomorrow", "Asked for prices")).to_be_visible()
    found = {"board": axe(sara)}

    open_page(sara, "/tasks")
    sara.get_by_role("link", name="Call them").first.click()
    sara.get_by_role("link", name="Close the task").click()
    dialog.get_by_label("What came of it").fill("Comes on Tuesday")
    found["closing"] = axe(sara)
    dialog.get_by_role("button", name="Close the task").click()
    expect(sara.get_by_text("What is the next step with this member?")).to_be_visible()
    open_page(sara, "/members?q=Carla")
    sara.get_by_role("link", name="Carla").first.click()
    past = sara.get_by_role("region", name="Time line")
    expect(past.get_by_text("Call them: Closed")).to_be_visible()
    expect(past.get_by_text("Comes on Tuesday")).to_be_visible()
    assert not any(found.values()), {where: what for where, what in found.items() if what}
