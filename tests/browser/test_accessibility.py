"""axe finds nothing on any page of the console, in light and in dark."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.club import ANNA, IVO
from tests.browser.conftest import Console, open_page, sign_in
from tests.browser.furnished import furnish
from tests.browser.swept_pages import FURNISHED, addresses

_CHANGE_THEME: Final = "theme => document.documentElement.setAttribute('data-bs-theme', theme)"


def test_axe_finds_nothing_on_any_page(page: Page, console: Console, axe: Callable[..., list[str]]) -> None:
    """Each page is loaded once: in dark only its colours differ."""
    ids = furnish(console.address, console.club)
    assert set(ids) == FURNISHED
    page.emulate_media(reduced_motion="reduce")
    found = {}
    signed_out = "/sign-in"
    open_page(page, signed_out)
    found[signed_out] = axe(page)
    sign_in(page, IVO)
    for address in (*(each for each in addresses(ids) if each != signed_out), "/nowhere"):
        open_page(page, address)
        page.evaluate(_CHANGE_THEME, "light")
        found[address] = axe(page)
        page.evaluate(_CHANGE_THEME, "dark")
        found[f"{address} in dark"] = axe(page, only="color-contrast")
    assert not any(found.values()), "\n".join(f"{where}: {what}" for where, what in found.items() if what)


def test_axe_finds_nothing_in_a_dialog_on_a_card_with_a_block_and_in_the_menu(
    page: Page, console: Console, axe: Callable[..., list[str]]
) -> None:
    """Dark by the cookie, which the server obeys."""
    page.emulate_media(reduced_motion="reduce")
    page.context.add_cookies([{"name": "tornello_theme", "value": "dark", "url": console.address}])
    console.club.lane_1.beat()
    console.club.lane_2.fall_silent()
    sign_in(page, ANNA)
    open_page(page, f"/members/{console.club.members['Анна Смирнова']}")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.get_by_role("link", name="Block at the turnstile").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found = axe(page)
    page.get_by_role("button", name="Send to the gates").click()
    expect(page.get_by_text("On its way to Lane 1")).to_be_visible()
    console.club.lane_1.apply()
    expect(page.get_by_text("In force at 1 of 2 gates")).to_be_visible()
    page.get_by_label("Menu of Anna Bianchi").click()
    assert found + axe(page) == []
