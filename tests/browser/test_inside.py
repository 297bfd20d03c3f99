"""Who is inside, alarms, and what the member card says and changes about the gates."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.club import IVO
from tests.browser.conftest import Console, open_page, sign_in


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def open_form(page: Page, link: str) -> None:
    """Open a dialog, and wait until it has put the keys where a person would begin to type."""
    page.get_by_role("link", name=link, exact=True).click()
    expect(dialog(page).locator("[autofocus]").first).to_be_visible()


def section(page: Page, heading: str) -> Locator:
    return page.get_by_role("region", name=heading, exact=True)


def test_who_goes_in_appears_on_the_roll_by_themselves_and_who_leaves_vanishes(anna: Page, console: Console) -> None:
    club = console.club
    niccolo = club.members["Niccolò Ferri"]
    open_page(anna, "/")
    anna.keyboard.press("g")
    anna.keyboard.press("i")
    expect(anna.get_by_role("heading", name="Who is inside", level=1)).to_be_visible()
    expect(section(anna, "Club")).to_contain_text("Nobody is inside.")
    expect(anna.locator("[data-live-lamp]")).to_have_text("Live")
    club.lane_1.go(niccolo, "in")
    row = section(anna, "Club").get_by_role("row", name="Niccolò Ferri")
    expect(row).to_contain_text("Lane 1")
    expect(section(anna, "Club")).to_contain_text("1 person inside")
    with anna.expect_download() as download:
        anna.get_by_role("link", name="CSV Palestra Aurora").click()
    assert "Niccolò Ferri" in download.value.path().read_text("utf-8-sig")
    anna.get_by_role("link", name="Niccolò Ferri").click()
    expect(section(anna, "With the gates")).to_contain_text("in Club, through Lane 1")
    open_page(anna, "/inside")
    expect(anna.locator("[data-live-lamp]")).to_have_text("Live")
    club.lane_1.go(niccolo, "out")
    expect(section(anna, "Club")).to_contain_text("Nobody is inside.")


def test_an_alarm_calls_from_every_page_until_somebody_acknowledges_it(anna: Page, console: Console) -> None:
    anna_smirnova = console.club.members["Анна Смирнова"]
    open_page(anna, "/members")
    expect(anna.locator("[data-live-lamp]")).to_have_text("Live")
    console.club.lane_1.decide(anna_smirnova, "block", "credential_not_enabled", signals=("lost_credential",))
    anna.get_by_role("link", name="1 alarm waits for somebody").click()
    alarms = section(anna, "What staff have to hear of")
    expect(alarms).to_contain_text("Lost card was used")
    open_page(anna, f"/members/{anna_smirnova}")
    alarm = section(anna, "Alarms")
    expect(alarm).to_contain_text("Lost card was used")
    alarm.get_by_role("button", name="Acknowledge").click()
    expect(anna.get_by_text("Acknowledged. Your name stands beside it.")).to_be_visible()
    expect(alarm).to_have_count(0)
    expect(anna.get_by_role("link", name="1 alarm waits for somebody")).to_have_count(0)
    open_page(anna, "/alarms")
    expect(alarms).to_contain_text("Acknowledged by Anna Bianchi")
    open_page(anna, "/")
    expect(anna.get_by_text("Lost card was used")).to_be_visible()


def test_all_alarms_are_acknowledged_after_a_question(anna: Page, console: Console) -> None:
    for _ in range(2):
        console.club.lane_2.decide(console.club.members["Oliver Hart"], signals=("lease_expired",))
    open_page(anna, "/alarms")
    anna.on("dialog", lambda question: question.accept())
    anna.get_by_role("button", name="Acknowledge all").click()
    expect(anna.get_by_text("Acknowledged. Your name stands beside it.")).to_be_visible()
    expect(anna.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)


def test_the_certificate_and_the_role_are_changed(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Giulia De Luca']}")
    rights = section(anna, "With the gates")
    open_form(anna, "Medical certificate")
    dialog(anna).get_by_label("Last day").fill("2031-03-31")
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(rights).to_contain_text("until 31 Mar 2031")
    open_form(anna, "Change the role")
    dialog(anna).get_by_label("Staff: passes without a contract").check()
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(anna.get_by_text("May enter without a contract: staff")).to_be_visible()
    expect(rights).to_contain_text("Staff: passes without a contract")


def test_the_black_list_blocks_with_proof_and_keeps_its_reason_here(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    open_form(anna, "Black list")
    dialog(anna).get_by_role("button", name="Put on the black list").click()
    expect(dialog(anna)).to_be_visible()
    dialog(anna).get_by_label("Reason").fill("Broke the mirror")
    dialog(anna).get_by_role("button", name="Put on the black list").click()
    expect(anna.get_by_text("Blocked at the turnstile: On the black list")).to_be_visible()
    expect(section(anna, "With the gates")).to_contain_text("Broke the mirror")
    expect(section(anna, "At the gates")).to_contain_text("On its way to Lane 1")
    anna.get_by_role("link", name="Take off the black list").click()
    dialog(anna).get_by_role("button", name="Take off the black list").click()
    expect(anna.get_by_text("Blocked at the turnstile: On the black list")).to_have_count(0)


def test_a_pin_is_set_and_cleared_and_never_shown(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Анна Смирнова']}")
    cards = section(anna, "Cards")
    expect(cards).to_contain_text("no PIN")
    cards.get_by_role("link", name="Set a PIN").click()
    dialog(anna).get_by_label("PIN", exact=True).fill("4071")
    dialog(anna).get_by_label("PIN for an emergency").fill("4071")
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(dialog(anna)).to_contain_text("Use another one than above.")
    dialog(anna).get_by_label("PIN", exact=True).fill("4071")
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(cards).to_contain_text("PIN set")
    assert "4071" not in anna.content()
    anna.on("dialog", lambda question: question.accept())
    cards.get_by_role("button", name="Clear the PIN").click()
    expect(cards).to_contain_text("no PIN")


def test_a_contract_is_sold_and_changed(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Giulia De Luca']}")
    contracts = section(anna, "Contracts")
    open_form(anna, "Own terms")
    dialog(anna).get_by_label("Plan").fill("Ten times")
    dialog(anna).get_by_label("Last day").fill("2001-01-01")
    dialog(anna).get_by_label("Visits in all").fill("10")
    dialog(anna).get_by_label("Only around a booked session").check()
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(dialog(anna)).to_contain_text("The contract ends before it starts.")
    dialog(anna).get_by_label("Last day").fill("2035-12-31")
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    sold = contracts.locator(".flag", has_text="Ten times")
    expect(sold).to_contain_text("everywhere, always, only around a booked session")
    expect(sold).to_contain_text("10 of 10 left")
    sold.get_by_role("link", name="Change").click()
    expect(dialog(anna).get_by_label("Visits in all")).to_have_value("10")
    dialog(anna).get_by_label("Visits in all").fill("12")
    dialog(anna).get_by_label("Guests on one day").fill("2")
    dialog(anna).get_by_label("Only around a booked session").uncheck()
    dialog(anna).get_by_role("button", name="Send to the gates").click()
    expect(sold).to_contain_text("12 of 12 left")
    expect(sold).to_contain_text("2 a day")
    expect(sold).not_to_contain_text("only around a booked session")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_roll_the_alarms_and_the_forms(
    page: Page, console: Console, axe: Callable[[Page], list[str]], theme: str
) -> None:
    page.context.add_cookies([{"name": "tornello_theme", "value": theme, "url": console.address}])
    club = console.club
    oliver = club.members["Oliver Hart"]
    club.lane_1.go(oliver, "in")
    club.lane_2.decide(oliver, signals=("duress",))
    sign_in(page, IVO)
    found = {}
    for address in (
        "/inside",
        "/alarms",
        f"/members/{oliver}",
        f"/members/{oliver}/bookings/new",
        f"/members/{oliver}/role",
        f"/members/{oliver}/contracts/new",
        f"/members/{oliver}/black-list",
        f"/members/{oliver}/other-sites",
    ):
        open_page(page, address)
        expect(page.locator(".alarm-bar")).to_be_visible()
        found[address] = axe(page)
    assert not any(found.values()), {where: what for where, what in found.items() if what}
