"""A grant's way to its end, and what the journal hears of it."""

from dataclasses import dataclass, field

from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.lane_inputs import LaneSignal
from gateway.domain.turnstile import LaneState
from gateway.service.passage import Grant, GrantEnd, LanePassages, LaneTiming
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, LaneChanged
from tests.gate_fakes import FakeJournal, FakeLane, FakeTimers


@dataclass
class Told:
    ends: list[tuple[str, GrantEnd]] = field(default_factory=list)
    states: list[LaneState] = field(default_factory=list)

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        self.ends.append((grant.tap_id, end))

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        self.states.append(state)


class Scene:
    def __init__(self) -> None:
        self.lane, self.journal, self.timers, self.told = FakeLane(), FakeJournal(), FakeTimers(), Told()
        self.passages = LanePassages(
            self.lane, LaneTiming(500, 5_000), journal=self.journal, timers=self.timers, listener=self.told
        )


def grant(tap_id: str = "tap_1", direction: Direction = "in") -> Grant:
    return Grant(tap_id, ReaderKey("entry"), direction, "mem_a", "ctr_a", spends_visit=True)


def test_the_relay_is_driven_in_the_call_that_grants() -> None:
    scene = Scene()
    scene.passages.give(grant())
    assert scene.lane.calls == ["unlock in 500"]
    assert scene.journal.bodies == []
    assert scene.told.states == [LaneState.UNLOCKED_IN]


def test_the_rotation_is_the_visit() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.lane.say(LaneSignal.ROTATION_IN)
    assert scene.journal.bodies == [AccessTaken("tap_1", "lan_a", "in", "mem_a", "ctr_a", spends_visit=True)]
    assert scene.told.ends == [("tap_1", "taken")]
    assert scene.lane.calls == ["unlock in 500", "lock"]
    scene.timers.advance(60)
    assert len(scene.journal.bodies) == 1


def test_a_window_that_ends_costs_nothing() -> None:
    scene = Scene()
    scene.passages.give(grant(direction="out"))
    scene.timers.advance(4.999)
    assert scene.journal.bodies == []
    scene.timers.advance(0.001)
    assert scene.journal.bodies == [AccessNotTaken("tap_1", "lan_a", "out", "mem_a")]
    assert scene.passages.state is LaneState.LOCKED


def test_a_renewed_grant_replaces_the_first_and_has_its_own_window() -> None:
    scene = Scene()
    scene.passages.give(grant("tap_1"))
    scene.timers.advance(4)
    assert scene.passages.condition_for("in", "mem_a") == "free"
    assert scene.passages.condition_for("in", "mem_b") == "busy"
    scene.passages.give(grant("tap_2"))
    scene.timers.advance(4)
    scene.lane.say(LaneSignal.ROTATION_IN)
    assert scene.told.ends == [("tap_1", "replaced"), ("tap_2", "taken")]
    assert [type(body) for body in scene.journal.bodies] == [AccessNotTaken, AccessTaken]


def test_a_rotation_that_nobody_was_granted_is_recorded() -> None:
    scene = Scene()
    scene.lane.say(LaneSignal.ROTATION_IN)
    assert scene.journal.bodies == [LaneChanged("lan_a", "forced", "pass_in")]


def test_what_the_lane_says_by_itself_is_recorded_once_and_its_end_too() -> None:
    scene = Scene()
    for signal, is_active in (
        (LaneSignal.FIRE, True),
        (LaneSignal.FIRE, True),
        (LaneSignal.FIRE, False),
        (LaneSignal.READY, False),
        (LaneSignal.READY, True),
        (LaneSignal.ALARM, True),
        (LaneSignal.ALARM, False),
    ):
        scene.lane.say(signal, is_active=is_active)
    words = [body.state for body in scene.journal.bodies if isinstance(body, LaneChanged)]
    assert words == ["fire", "cleared", "fault", "ready", "alarm", "cleared"]


def test_a_fire_ends_a_waiting_grant_without_a_visit() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.lane.say(LaneSignal.FIRE)
    assert [type(body) for body in scene.journal.bodies] == [AccessNotTaken, LaneChanged]
    assert scene.told.ends == [("tap_1", "not_taken")]
    assert scene.lane.calls[-1] == "lock"
