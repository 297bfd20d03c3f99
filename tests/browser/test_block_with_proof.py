"""The heart of the console: find a member, block them at the turnstile, see each gate obey, lift it again."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Console, open_page


def test_a_block_is_on_its_way_until_each_gate_has_proved_it(
    anna: Page, console: Console, take_picture: Callable[[Page, str], None]
) -> None:
    anna.keyboard.press("/")
    anna.get_by_role("searchbox").fill("nicco")
    anna.get_by_role("link", name="Niccolò Ferri").click()
    expect(anna.locator(".sentence")).to_contain_text("3 visits left")

    anna.get_by_role("link", name="Block at the turnstile").click()
    dialog = anna.get_by_role("dialog")
    expect(dialog).to_contain_text("This touches Niccolò Ferri alone, at: Lane 1, Lane 2.")
    expect(dialog.get_by_label("Italiano")).to_have_value("Passi in reception, per favore")
    take_picture(anna, "console-block-at-the-turnstile")
    dialog.get_by_label("English").fill("See Anna first")
    dialog.get_by_role("button", name="Send to the gates").click()

    expect(anna.locator(".sentence")).to_have_text("Blocked at the turnstile: See Anna first")
    proof = anna.locator("#content .proof li")
    expect(proof).to_have_text(["On its way to Lane 1", "On its way to Lane 2"])

    console.club.lane_2.apply()
    expect(proof.nth(1)).to_have_text(re.compile(r"In force at Lane 2 since \d\d:\d\d:\d\d"))
    expect(proof.nth(0)).to_have_text("On its way to Lane 1")
    console.club.lane_1.apply()
    expect(anna.get_by_text("In force at 2 of 2 gates")).to_be_visible()
    green = anna.evaluate("getComputedStyle(document.querySelector('.proof-in_force')).color")
    assert green == "rgb(26, 127, 55)"
    take_picture(anna, "console-member-card")

    anna.get_by_role("button", name="Lift").click()
    expect(anna.locator(".sentence")).to_contain_text("May enter until")
    expect(anna.get_by_text("On its way to Lane 1")).to_be_visible()
    console.club.lane_1.apply()
    expect(anna.get_by_text(re.compile(r"Lifted at Lane 1 since \d\d:\d\d:\d\d"))).to_be_visible()


def test_a_gate_that_obeyed_before_the_page_could_listen_is_seen_all_the_same(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    anna.get_by_role("link", name="Block at the turnstile").click()

    def obey_first(route: Route) -> None:
        console.club.lane_1.apply()
        console.club.lane_2.apply()
        route.continue_()

    anna.route("**/stream?*", obey_first)
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.get_by_text("In force at 2 of 2 gates")).to_be_visible()
    anna.get_by_role("button", name="Lift").click()
    expect(anna.get_by_text(re.compile(r"Lifted at Lane 2 since"))).to_be_visible()


def test_a_block_may_be_for_doors_alone(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    anna.get_by_role("link", name="Block at the turnstile").click()
    anna.get_by_role("dialog").get_by_label("Where it acts").select_option(label="Door")
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.get_by_text("acts only at: Door")).to_be_visible()
    expect(anna.locator(".sentence")).not_to_contain_text("Blocked at the turnstile")
    anna.get_by_role("button", name="Lift").click()
    expect(anna.get_by_role("button", name="Lift")).to_have_count(0)


def test_a_gate_that_is_offline_is_named(anna: Page, console: Console) -> None:
    console.club.lane_2.fall_silent()
    member_id = console.club.members["Анна Смирнова"]
    open_page(anna, f"/members/{member_id}")
    anna.get_by_role("link", name="Block at the turnstile").click()
    anna.get_by_label("Message").check()
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.locator(".sentence")).to_contain_text("message waiting at the gate")
    expect(anna.get_by_text("Lane 2 is offline and will obey when it is back")).to_be_visible()
    console.club.lane_2.beat()
    expect(anna.get_by_text("On its way to Lane 2")).to_be_visible()


def test_nothing_typed_is_lost_when_the_form_is_wrong(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    anna.get_by_role("link", name="Block at the turnstile").click()
    anna.get_by_label("English").fill("x" * 161)
    anna.get_by_label("Русский").fill("Подойдите к Анне")
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.locator("#text_en-error")).to_have_text("Use 160 characters at most.")
    expect(anna.get_by_label("English")).to_have_value("x" * 161)
    expect(anna.get_by_label("Русский")).to_have_value("Подойдите к Анне")


def test_without_scripts_the_same_form_is_a_page(anna: Page, console: Console) -> None:
    member_id = console.club.members["Giulia De Luca"]
    context = anna.context.browser
    assert context is not None
    plain = context.new_context(
        base_url=console.address, java_script_enabled=False, storage_state=anna.context.storage_state()
    )
    page = plain.new_page()
    open_page(page, f"/members/{member_id}")
    page.get_by_role("link", name="Block at the turnstile").click()
    page.get_by_role("button", name="Send to the gates").click()
    expect(page.get_by_role("heading", name="Giulia De Luca")).to_be_visible()
    expect(page.locator(".sentence")).to_have_text("Blocked at the turnstile: Please see the front desk")
    plain.close()


def test_a_card_is_revoked_after_one_question_and_works_again(anna: Page, console: Console) -> None:
    anna.on("dialog", lambda dialog: dialog.accept())
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    anna.get_by_role("button", name="Revoke 20014").click()
    expect(anna.locator(".state", has_text="Revoked")).to_be_visible()
    expect(anna.locator(".sentence")).to_contain_text("but there is no active card")
    anna.get_by_role("button", name="Reactivate 20014").click()
    expect(anna.locator(".state", has_text="Active")).to_be_visible()
