"""axe finds nothing on any page, in light and in dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.club import IVO
from tests.browser.conftest import Console, open_page, sign_in


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    page: Page, console: Console, axe: Callable[[Page], list[str]], theme: str
) -> None:
    page.context.add_cookies([{"name": "tornello_theme", "value": theme, "url": console.address}])
    club = console.club
    niccolo = club.members["Niccolò Ferri"]
    tap_id = club.lane_1.decide(niccolo, "message", text="Passi in reception")
    club.lane_1.pass_through(tap_id, niccolo)
    club.lane_2.decide(None, "block", "credential_not_found", text="Tessera sconosciuta")
    open_page(page, "/sign-in")
    found = {"/sign-in": axe(page)}
    sign_in(page, IVO)
    overdue = f"/members/{club.members['Oliver Hart']}"
    for address in ("/", "/members", "/members?q=nobody", f"/members/{niccolo}", overdue, "/access", "/nowhere"):
        open_page(page, address)
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        found[address] = axe(page)
    open_page(page, f"/members/{niccolo}")
    page.get_by_role("link", name="Block at the turnstile").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["the dialog"] = axe(page)
    assert not any(found.values()), {where: what for where, what in found.items() if what}


def test_axe_finds_nothing_on_a_card_with_a_block_and_in_the_menu(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    console.club.lane_2.fall_silent()
    open_page(anna, f"/members/{console.club.members['Анна Смирнова']}")
    anna.get_by_role("link", name="Block at the turnstile").click()
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.get_by_text("On its way to Lane 1")).to_be_visible()
    console.club.lane_1.apply()
    expect(anna.get_by_text("In force at 1 of 2 gates")).to_be_visible()
    anna.get_by_label("Menu of Anna Bianchi").click()
    assert axe(anna) == []
