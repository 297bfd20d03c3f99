"""The self-test of a running gateway: which relays it moves."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.domain.access_point import Direction
from gateway.self_test.gate_checks import Counters, KnownState, LinkState
from gateway.self_test.live import GatewayUnderTest, LaneUnderTest, LiveSelfTest
from gateway.self_test.report_file import ReportFile
from gateway.service.status_records import ReaderReport
from sync_protocol.self_test import CheckOutcome
from tests.fake_clock import FakeClock


class FakeGateway:
    """One lane, one reader; `decision` is what a tap for nobody raises."""

    def __init__(self, *, state: str = "locked", mode: str = "normal", decision: Exception | None = None) -> None:
        self.pulses: list[tuple[Direction, int]] = []
        self.shown: list[str] = []
        self.decision = decision
        lane = LaneUnderTest(
            "Lane 1", ("in",), True, 500, lambda: state, lambda: mode, lambda way, ms: self.pulses.append((way, ms))
        )
        self.lanes: Sequence[LaneUnderTest] = (lane,)
        self.readers: Sequence[ReaderReport] = (ReaderReport("lan_a", "entry", is_online=True, is_secure=True),)
        self.link = LinkState(is_connected=True, is_welcome=True, failure="")
        self.state = KnownState(7, False, 0, None)
        self.events_waiting = 0
        self.disk_fault: str | None = "full"

    def counters(self, reader: str) -> Counters:
        return {}

    def show_test(self, reader: str) -> None:
        self.shown.append(reader)

    def tap_for_nobody(self) -> int:
        if self.decision is not None:
            raise self.decision
        return 300


def run(gateway: FakeGateway, *, with_relay: bool) -> dict[str, CheckOutcome]:
    under_test: GatewayUnderTest = gateway
    nowhere = Path("/nowhere")
    test = LiveSelfTest(under_test, FakeClock(), nowhere, ReportFile(nowhere))
    return {outcome.check: outcome for outcome in asyncio.run(test.run(with_relay=with_relay)).outcomes}


def test_nothing_moves_unless_asked_for() -> None:
    gateway = FakeGateway()
    assert run(gateway, with_relay=False)["relay"].finding == "relay_not_asked"
    assert gateway.pulses == []
    assert gateway.shown == ["entry"]


def test_a_lane_at_rest_is_pulsed() -> None:
    gateway = FakeGateway()
    assert run(gateway, with_relay=True)["relay"].verdict == "good"
    assert gateway.pulses == [("in", 500)]


def test_a_lane_with_somebody_in_it_or_closed_by_staff_is_left_alone() -> None:
    for gateway in (FakeGateway(state="passing_in"), FakeGateway(mode="lockdown")):
        assert run(gateway, with_relay=True)["relay"].finding == "relay_lane_busy"
        assert gateway.pulses == []


def test_a_decision_that_fails_is_a_finding_and_the_rest_is_tested() -> None:
    outcomes = run(FakeGateway(decision=OSError("disk")), with_relay=False)
    assert outcomes["decision"].finding == "decision_wrong"
    assert outcomes["disk"].finding == "disk_fault"
    assert outcomes["broker"].verdict == "good"
