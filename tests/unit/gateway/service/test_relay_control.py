"""What the relays are told, by pulse and by level."""

from gateway.domain.lane_mode import BOTH_WAYS, FREE_WAYS, LaneMode
from gateway.service.relay_control import LaneControl, LaneTiming, RelayControl
from tests.gate_fakes import FakeLane, FakeTimers

LEVEL = LaneControl("level", level_max_ms=20_000)
IN_ONLY = FREE_WAYS[LaneMode.FREE_PASSAGE_IN]


def relays(control: LaneControl) -> tuple[RelayControl, FakeLane, FakeTimers]:
    lane, timers = FakeLane(), FakeTimers()
    return RelayControl(lane, LaneTiming(), control, timers), lane, timers


def test_a_pulse_turnstile_gets_a_pulse_and_a_level_turnstile_the_whole_window() -> None:
    for control, told in ((LaneControl(), "unlock in 500"), (LEVEL, "unlock in 5000")):
        control_, lane, _ = relays(control)
        control_.grant("in")
        assert lane.calls == [told]


def test_no_level_is_longer_than_its_bound() -> None:
    control, lane, _ = relays(LaneControl("level", level_max_ms=2_000))
    control.grant("out")
    assert lane.calls == ["unlock out 2000"]


def test_a_level_ends_where_the_rotation_starts_or_ends_as_the_turnstile_wants_it() -> None:
    start, start_lane, _ = relays(LEVEL)
    start.grant("in")
    start.begin_passage()
    assert start_lane.calls == ["unlock in 5000", "lock"]
    end, end_lane, _ = relays(LaneControl("level", "end"))
    end.grant("in")
    end.begin_passage()
    assert end_lane.calls == ["unlock in 5000"]
    end.end_passage()
    assert end_lane.calls == ["unlock in 5000", "lock"]


def test_a_way_that_is_held_open_is_closed_anew_before_its_relay_opens() -> None:
    control, lane, timers = relays(LEVEL)
    control.hold(IN_ONLY)
    timers.advance(10)
    timers.advance(10)
    assert lane.calls == ["unlock in 20000"] * 3
    control.hold(frozenset())
    timers.advance(60)
    assert lane.calls[3:] == ["lock"]


def test_a_pulse_turnstile_in_free_passage_is_pulsed_again_before_each_window_ends_and_after_each_passage() -> None:
    control, lane, timers = relays(LaneControl())
    control.hold(BOTH_WAYS)
    timers.advance(4.5)
    control.end_passage()
    assert lane.calls == ["unlock in 500", "unlock out 500"] * 3


def test_a_lock_leaves_open_what_is_held() -> None:
    control, lane, _ = relays(LEVEL)
    control.hold(IN_ONLY)
    control.grant("out")
    control.lock()
    assert lane.calls[-2:] == ["lock", "unlock in 20000"]


def test_a_grant_does_not_shorten_what_is_held_open() -> None:
    control, lane, _ = relays(LEVEL)
    control.hold(IN_ONLY)
    control.grant("in")
    control.grant("out")
    assert lane.calls == ["unlock in 20000", "unlock out 5000"]


def test_a_way_that_is_no_longer_held_open_does_not_take_a_waiting_grant_with_it() -> None:
    control, lane, _ = relays(LEVEL)
    control.hold(IN_ONLY)
    control.grant("in")
    control.hold(frozenset())
    assert lane.calls[-2:] == ["lock", "unlock in 5000"]
