"""What happens at the gates appears by itself."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, open_page


def test_a_tap_appears_at_the_front_desk_and_then_whether_they_went_through(
    anna: Page, console: Console, take_picture: Callable[[Page, str], None]
) -> None:
    club = console.club
    expect(anna.get_by_text("Nobody has tapped a card yet.")).to_be_visible()
    expect(anna.get_by_text("Live", exact=True)).to_be_visible()
    niccolo, giulia = club.members["Niccolò Ferri"], club.members["Giulia De Luca"]
    club.lane_2.decide(giulia, "block", "credential_expired", text="Abbonamento scaduto")
    first = anna.locator(".feed-row").first
    expect(first).to_contain_text("Giulia De Luca")
    expect(first).to_contain_text("Refused: Contract is over")
    expect(first).to_contain_text("Abbonamento scaduto")
    expect(anna.get_by_text("Nobody has tapped a card yet.")).to_be_hidden()

    tap_id = club.lane_1.decide(niccolo)
    expect(first).to_contain_text("Niccolò Ferri")
    expect(first).not_to_contain_text("went through")
    club.lane_1.pass_through(tap_id, niccolo)
    expect(first).to_contain_text("went through")

    club.lane_1.decide(None, "block", "credential_not_found", text="Tessera sconosciuta")
    club.lane_1.decide(club.members["Oliver Hart"], "message", text="Please see the front desk")
    club.lane_2.decide(club.members["Анна Смирнова"])
    expect(anna.locator(".feed-row")).to_have_count(5)
    take_picture(anna, "console-front-desk")
    anna.get_by_role("link", name="Giulia De Luca").first.click()
    expect(anna.get_by_role("heading", name="Giulia De Luca")).to_be_visible()


def test_what_a_lane_tells_of_itself_appears_among_the_taps_and_is_there_on_the_next_page(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    club, first = console.club, anna.locator(".feed-row").first
    expect(anna.get_by_text("Live", exact=True)).to_be_visible()
    club.lane_2.tell("tailgating")
    expect(first).to_contain_text("Somebody followed right behind")
    club.lane_2.tell_mode("lockdown", "local:marco")
    for _ in range(2):
        expect(first).to_contain_text("Lane 2")
        expect(first).to_contain_text("Told to be in lockdown")
        expect(first).to_contain_text("at the gateway, marco")
        assert not axe(anna)
        open_page(anna, "/")


def test_the_member_card_follows_the_visit(anna: Page, console: Console) -> None:
    club, member_id = console.club, console.club.members["Niccolò Ferri"]
    open_page(anna, f"/members/{member_id}")
    past = anna.get_by_role("region", name="Time line")
    lines = past.get_by_role("listitem").filter(has_text="Lane 1")
    before = lines.count()
    club.lane_1.pass_through(club.lane_1.decide(member_id), member_id)
    expect(lines).to_have_count(before + 1)
    expect(lines.first).to_contain_text("Came in through Lane 1")


def test_the_state_of_a_gateway_changes_before_ones_eyes(
    anna: Page, console: Console, take_picture: Callable[[Page, str], None]
) -> None:
    club = console.club
    club.lane_1.apply()
    club.lane_2.apply()
    open_page(anna, "/access")
    card = anna.locator(".card", has=anna.get_by_role("heading", name="Lane 2"))
    expect(card).to_contain_text("Connected")
    expect(card).to_contain_text("online, encrypted")
    take_picture(anna, "console-access")
    club.lane_2.fall_silent()
    expect(card).to_contain_text("Offline")
    club.lane_2.beat()
    expect(card).to_contain_text("Connected")


def test_a_tab_that_was_hidden_catches_up(anna: Page, console: Console) -> None:
    expect(anna.get_by_text("Live", exact=True)).to_be_visible()
    before = anna.locator(".feed-row").count()
    _hide(anna, is_hidden=True)
    console.club.lane_1.decide(console.club.members["Oliver Hart"])
    console.club.lane_1.decide(console.club.members["Анна Смирнова"])
    _hide(anna, is_hidden=False)
    expect(anna.locator(".feed-row")).to_have_count(before + 2)
    expect(anna.locator(".feed-row").first).to_contain_text("Анна Смирнова")


def _hide(page: Page, *, is_hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )
