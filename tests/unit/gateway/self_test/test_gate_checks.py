"""The verdicts about readers, lanes, link and state."""

import pytest

from gateway.self_test import gate_checks as checks
from gateway.self_test.gate_checks import DAY_S, KnownState, LinkState
from gateway.service.status_records import AbilitiesReport, ReaderReport

ONLINE = ReaderReport("lan_a", "entry", is_online=True, is_secure=True)
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("reader", "counters", "finding"),
    [
        (ONLINE, {"polls": 1000, "retries": 2}, ""),
        (ReaderReport("lan_a", "entry", is_online=False, is_secure=False), {}, "reader_offline"),
        (ReaderReport("lan_a", "entry", is_online=False, is_secure=False, alarm="replayed"), {}, "reader_alarm"),
        (ReaderReport("lan_a", "entry", is_online=True, is_secure=True, is_tampered=True), {}, "reader_tampered"),
        (ReaderReport("lan_a", "entry", is_online=True, is_secure=False), {"polls": 9}, "reader_in_plain_text"),
        (ReaderReport("lan_a", "entry", is_online=True, is_secure=False), {"codes": 9}, ""),
        (ONLINE, {"polls": 1000, "retries": 50}, "reader_line_noisy"),
        (ONLINE, {"polls": 10, "retries": 5}, ""),
    ],
)
def test_a_reader_is_judged_by_its_worst(reader: ReaderReport, counters: dict[str, float | None], finding: str) -> None:
    assert checks.check_reader(reader, counters).finding == finding


def test_a_display_is_shown_to_the_installer_and_only_called_good_when_the_reader_tells_of_one() -> None:
    shows = AbilitiesReport("single", has_buzzer=True, text_lines=2, text_columns=16)
    with_display = ReaderReport("lan_a", "entry", is_online=True, is_secure=True, shows=shows)
    assert checks.check_display(with_display).measured == "2 x 16"
    assert checks.check_display(ONLINE).verdict == "not_tested"


@pytest.mark.parametrize(
    ("state", "has_input", "finding"),
    [
        ("locked", True, ""),
        ("locked", False, "passage_input_missing"),
        ("fault", True, "lane_out_of_order"),
        ("blocked", True, "lane_alarm"),
        ("jammed", True, "lane_jam"),
        ("held", True, "lane_held"),
        ("free_passage", True, "lane_open"),
    ],
)
def test_a_lane_is_judged_by_its_state(state: str, has_input: bool, finding: str) -> None:
    assert checks.check_lane("Lane 1", state, mode="normal", has_passage_input=has_input).finding == finding


def test_a_lane_that_staff_have_closed_says_so() -> None:
    assert checks.check_lane("Lane 1", "locked", mode="lockdown", has_passage_input=True).finding == "lane_restricted"


@pytest.mark.parametrize(
    ("link", "finding"),
    [
        (LinkState(is_connected=True, is_welcome=True, failure=""), ""),
        (LinkState(is_connected=True, is_welcome=False, failure=""), "cloud_silent"),
        (LinkState(is_connected=False, is_welcome=False, failure="[Errno 111] refused"), "broker_unreachable"),
        (LinkState(is_connected=False, is_welcome=False, failure="our certificate ..."), "certificate_refused"),
    ],
)
def test_the_link_is_good_only_with_a_cloud_behind_the_broker(link: LinkState, finding: str) -> None:
    assert checks.check_link(link).finding == finding


@pytest.mark.parametrize(
    ("silent_days", "finding"), [(0, ""), (20, ""), (25, "lease_ends_soon"), (31, "lease_over"), (None, "lease_over")]
)
def test_the_lease_is_told_before_it_is_over(silent_days: int | None, finding: str) -> None:
    contact = None if silent_days is None else NOW - silent_days * DAY_S
    assert checks.check_state(KnownState(7, False, 30, contact), NOW).finding == finding


def test_no_state_and_a_damaged_one_are_bad() -> None:
    assert checks.check_state(KnownState(0, False, None, None), NOW).finding == "state_missing"
    assert checks.check_state(KnownState(7, True, 30, NOW), NOW).finding == "state_damaged"


def test_many_waiting_events_and_a_slow_decision_are_warnings() -> None:
    assert checks.check_outbox(5).verdict == checks.check_decision(900).verdict == "good"
    assert checks.check_outbox(50_000).finding == "events_waiting"
    assert checks.check_decision(20_000).finding == "decision_slow"
