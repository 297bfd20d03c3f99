"""The ends of grants, told to readers and listeners."""

import pytest

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.lane_states import LaneState
from gateway.service.display import DisplaySettings
from gateway.service.gate_report import GateReport
from gateway.service.passage import Grant, GrantEnd
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import FakeBus, FakeStatus

ENTRY = ReaderKey("entry")
GRANT = Grant("tap_1", ENTRY, "in", "mem_a", None, spends_visit=False)


def report(bus: FakeBus, status: FakeStatus, states: list[str]) -> GateReport:
    place = ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(), bus)
    return GateReport(ReaderFeedback({ENTRY: place}, display_catalogue()), status, lambda: states.append("told"))


@pytest.mark.parametrize(("end", "idle_count"), [("taken", 1), ("not_taken", 1), ("replaced", 0)])
def test_a_grant_that_ends_makes_the_reader_idle_unless_a_newer_one_is_shown(end: GrantEnd, idle_count: int) -> None:
    bus, status = FakeBus(), FakeStatus()
    report(bus, status, []).grant_ended("lan_a", GRANT, end)
    assert len(bus.shown) == idle_count
    assert status.records[0]["end"] == end
    assert status.records[0]["is_taken"] is (end == "taken")


def test_a_lane_that_changes_changes_the_gateways_state() -> None:
    states: list[str] = []
    report(FakeBus(), FakeStatus(), states).lane_changed("lan_a", LaneState.FAULT)
    assert states == ["told"]
