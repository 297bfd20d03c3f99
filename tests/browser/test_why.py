"""From a tap to its reasons: the page behind "Why?"."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, open_page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_tap_leads_to_the_rules_that_were_asked(
    anna: Page, console: Console, axe: Callable[[Page], list[str]], theme: str
) -> None:
    anna.context.add_cookies([{"name": "tornello_theme", "value": theme, "url": console.address}])
    console.club.lane_1.decide(None, "block", "credential_not_found", text="Tessera sconosciuta")
    open_page(anna, "/")
    anna.get_by_role("link", name="Why?").first.click()
    expect(anna.get_by_role("heading", name="Refused: Unknown card")).to_be_visible()
    expect(anna.get_by_text("Nobody has this card.").first).to_be_visible()
    expect(anna.get_by_role("heading", name="The same card now: Refused")).to_be_visible()
    assert axe(anna) == []


def test_a_record_that_does_not_come_out_the_same_is_an_alarm(anna: Page, console: Console) -> None:
    console.club.lane_1.decide(console.club.members["Oliver Hart"], "block", "credential_not_found")
    open_page(anna, "/")
    anna.get_by_role("link", name="Why?").first.click()
    expect(anna.get_by_role("alert")).to_contain_text("the decision is another one")
