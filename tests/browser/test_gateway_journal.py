"""What staff see of events that did not arrive as they were written."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from cloud.access_events import journal_faults
from cloud.access_events.journal_faults import Fault
from cloud.sites import service as sites
from tests.browser.club import Club
from tests.browser.conftest import Console, open_page


def note(club: Club, *faults: Fault) -> str:
    """Note faults of lane 1's gateway; its id."""
    gateway_id = club.lane_1.gateway_id
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        journal_faults.note(session, gateway, "epoch1", faults)
    return gateway_id


def test_a_gateway_without_faults_says_so(anna: Page, console: Console, axe: Callable[[Page], list[str]]) -> None:
    open_page(anna, f"/access/gateways/{console.club.lane_2.gateway_id}/journal")
    expect(anna.get_by_text("Nothing is missing.")).to_be_visible()
    assert axe(anna) == []


def test_faults_are_a_click_away_from_the_lane_and_appear_by_themselves(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    open_page(anna, "/access")
    gateway_id = note(console.club, Fault("gap", 10, 19))
    card = anna.locator(".card", has_text="Lane 1").first
    card.get_by_role("link", name="1 fault").click()
    expect(anna).to_have_url(f"{console.address}/access/gateways/{gateway_id}/journal")
    expect(anna.get_by_text("Events 10 to 19")).to_be_visible()
    note(console.club, Fault("refused", 20, 20, "an unknown kind"))
    expect(anna.get_by_text("an unknown kind")).to_be_visible()
    assert axe(anna) == []


def test_it_is_told_in_the_language_of_who_looks(anna: Page, console: Console) -> None:
    gateway_id = note(console.club, Fault("lost", 3, 4))
    open_page(anna, f"/access/gateways/{gateway_id}/journal")
    for language, words in (("Italiano", "Eventi da 3 a 4"), ("Русский", "События с 3 по 4")):
        anna.locator("header details.menu summary").click()
        anna.get_by_role("button", name=language).click()
        expect(anna.get_by_text(words)).to_be_visible()
