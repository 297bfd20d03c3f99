"""A manager makes a type that blocks; the desk sees live who stands there and why, and closes the task."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, open_page


def test_a_blocking_task_from_the_settings_to_its_closing(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    """Features 115, 122, 125, 129, 138, 229, 230."""
    member_id = console.club.members["Niccolò Ferri"]
    make_blocking_type(anna)
    found = {"settings": axe(anna)}
    open_page(anna, f"/members/{member_id}")
    anna.get_by_role("link", name="New task").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_label("What is to be done").fill("Certificate of May")
    found["new task"] = axe(anna)
    dialog.get_by_role("button", name="Begin the task").click()
    expect(anna.get_by_text("Blocked at the turnstile: Niccolò, see the desk")).to_be_visible()
    task = anna.get_by_role("link", name="Open the task")
    task_id = str(task.get_attribute("href")).removeprefix("/tasks/")
    console.club.lane_1.apply()
    console.club.lane_2.apply()
    expect(anna.get_by_text("In force at 2 of 2 gates")).to_be_visible()

    open_page(anna, "/")
    console.club.lane_1.decide(member_id, "block", "flagged_by_staff", text="Niccolò, see the desk", flags=(task_id,))
    expect(anna.get_by_text("Ask for the green pass").first).to_be_visible()
    anna.get_by_role("link", name="Open the task").first.click()
    expect(anna.get_by_text("In force at Lane 1 since")).to_be_visible()
    found["task"] = axe(anna)
    anna.get_by_role("link", name="Close the task").click()
    dialog.get_by_label("What came of it").fill("Brought it along")
    found["closing"] = axe(anna)
    dialog.get_by_role("button", name="Close the task").click()
    expect(anna.get_by_text("What is the next step with this member?")).to_be_visible()
    open_page(anna, f"/tasks/{task_id}")
    console.club.lane_1.apply()
    expect(anna.get_by_text("Lifted at Lane 1 since")).to_be_visible()
    open_page(anna, "/tasks?state=closed")
    expect(anna.get_by_text("Certificate of May")).to_be_visible()
    found["list"] = axe(anna)
    assert not any(found.values()), {where: what for where, what in found.items() if what}


def make_blocking_type(page: Page) -> None:
    """A type that blocks, with an outcome."""
    open_page(page, "/settings/tasks")
    page.get_by_role("link", name="New outcome").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Settled")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Settled")).to_be_visible()
    page.get_by_role("link", name="New action type").click()
    dialog.get_by_label("Name", exact=True).fill("Talk to them")
    dialog.get_by_label("What an open task does at the gate").select_option("message_and_block")
    dialog.get_by_label("Text on the display, English").fill("{first_name}, see the desk")
    dialog.get_by_label("Hint for the front desk").fill("Ask for the green pass")
    dialog.get_by_text("Settled").click()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Talk to them")).to_be_visible()
