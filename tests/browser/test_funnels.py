"""A lead goes through the funnel Attraction: by keyboard, by mouse, and before the eyes of a colleague."""

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.club import IVO
from tests.browser.conftest import Console, open_page, sign_in
from tests.browser.furnished import furnish

FUNNEL = "/funnels?funnel=attraction"


def people_in(page: Page, stage: str) -> Locator:
    return page.get_by_role("region", name=stage).get_by_role("listitem")


def test_a_lead_is_moved_by_menu_key_and_mouse_and_a_colleague_sees_it(
    anna: Page, browser: Browser, console: Console
) -> None:
    """Feature 220."""
    furnish(console.address, console.club)
    other = browser.new_context(base_url=console.address, locale="en-GB").new_page()
    sign_in(other, IVO)
    for page in (anna, other):
        open_page(page, FUNNEL)
        expect(people_in(page, "Tried once")).to_contain_text("Eva Rossi")
    anna.get_by_label("Move Eva Rossi to another stage").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_label("Move to").select_option(label="No status yet")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_be_hidden()
    for page in (anna, other):
        expect(people_in(page, "No status yet")).to_contain_text("Eva Rossi")
    card = people_in(anna, "No status yet").filter(has_text="Eva Rossi")
    card.drag_to(anna.get_by_role("region", name="Tried once"))
    for page in (anna, other):
        expect(people_in(page, "Tried once")).to_contain_text("Eva Rossi")
    expect(anna.locator("[data-board-says]")).to_have_text("Eva Rossi moved to Tried once")
    people_in(anna, "Tried once").focus()
    anna.keyboard.press("1")
    expect(people_in(other, "No status yet")).to_contain_text("Eva Rossi")
    other.context.close()
