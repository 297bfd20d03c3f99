"""What staff see of a gateway's last self-test, and of a disk that takes no more."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from cloud.gateway_health import service as gateway_health
from cloud.sites import service as sites
from sync_protocol.messages import Heartbeat, LaneHealth, OutboxRange
from sync_protocol.self_test import CheckOutcome, SelfTestReport
from tests.browser.club import Club
from tests.browser.conftest import Console, open_page

REPORT = SelfTestReport(
    1_795_000_000_000,
    (
        CheckOutcome("disk", "good", measured="5210 MiB, fsync 6.2 ms"),
        CheckOutcome("relay", "not_tested", "relay_not_asked", "Lane 1 in"),
        CheckOutcome("reader", "bad", "reader_offline", "entry"),
        CheckOutcome("certificate", "warning", "certificate_ends_soon", measured="9.5 d"),
        CheckOutcome("moon", "warning", "moon_is_full"),
    ),
)


def report(
    club: Club,
    fault: str | None = None,
    outcome: SelfTestReport | None = None,
    *,
    policy_fault: str | None = None,
    lanes: tuple[LaneHealth, ...] = (),
) -> str:
    beat = Heartbeat("boot", 1, 0, bytes(16), OutboxRange(0, 0), "synced", 3, (), fault, outcome, policy_fault, lanes)
    gateway_id = club.lane_1.gateway_id
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        gateway_health.record(session, gateway, beat)
    return gateway_id


def lane_of(club: Club) -> str:
    with club.database.session() as session:
        gateway = sites.find_gateway(session, club.lane_1.gateway_id)
        assert gateway is not None
        return gateway.lane_id


def test_a_gateway_that_never_tested_itself_says_how_to_do_it(anna: Page, console: Console) -> None:
    open_page(anna, f"/access/gateways/{console.club.lane_2.gateway_id}/self-test")
    expect(anna.get_by_text("tornello-gateway self-test")).to_be_visible()


def test_the_worst_is_seen_first_with_what_to_do(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    open_page(anna, "/access")
    gateway_id = report(console.club, "database or disk is full", REPORT)
    card = anna.locator(".card", has_text="Lane 1").first
    expect(card.get_by_text("The disk takes no more")).to_be_visible()
    card.get_by_role("link", name="Something is bad").click()
    expect(anna).to_have_url(f"{console.address}/access/gateways/{gateway_id}/self-test")
    rows = anna.locator("tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Reader")
    expect(rows.first).to_contain_text("The reader does not answer")
    expect(anna.get_by_text("moon_is_full")).to_be_visible()
    assert axe(anna) == []


def test_a_lane_that_is_not_as_ever_says_so_on_its_card(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    open_page(anna, "/access")
    lane_id = lane_of(console.club)
    card = anna.locator(f"#lane-{lane_id}")
    report(console.club, policy_fault="ValueError: a zone", lanes=(LaneHealth(lane_id, "jam", "evacuation"),))
    expect(card.get_by_text("The arm is jammed")).to_be_visible()
    expect(card.get_by_text("Told to be open for an evacuation")).to_be_visible()
    expect(card.get_by_text("ValueError: a zone")).to_be_visible()
    assert axe(anna) == []
    report(console.club)
    expect(card.get_by_text("The arm is jammed")).not_to_be_visible()
    expect(card.get_by_text("The newest are not in force")).not_to_be_visible()


def test_it_is_told_in_the_language_of_who_looks(anna: Page, console: Console) -> None:
    gateway_id = report(console.club, outcome=REPORT)
    open_page(anna, f"/access/gateways/{gateway_id}/self-test")
    for language, verdict, advice in (
        ("Italiano", "Guasto", "Il lettore non risponde"),
        ("Русский", "Неисправно", "Считыватель не отвечает"),
    ):
        anna.locator("header details.menu summary").click()
        anna.get_by_role("button", name=language).click()
        expect(anna.get_by_role("cell", name=verdict, exact=True)).to_be_visible()
        expect(anna.get_by_text(advice)).to_be_visible()
