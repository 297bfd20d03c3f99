"""Laws of a lane at work: its relays against its grants and modes, over any order of what can happen, and in time."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_mode import FREE_WAYS, LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.passage import Grant, GrantEnd, LanePassages
from gateway.service.relay_control import LaneControl, LaneTiming
from gateway.service.relay_pulses import RelayPulses
from sync_protocol.journal_events import AccessNotTaken, AccessTaken
from tests.gate_fakes import FakeJournal, FakeLane, FakeTimers

inputs = st.builds(LaneInput, st.sampled_from(LaneSignal), st.booleans())
waits_s = st.sampled_from([0.1, 0.6, 1.1, 3.0, 5.1, 11.0, 31.0, 70.0])
ways = st.sampled_from(["in", "out"])
plans = st.lists(st.one_of(inputs, ways, waits_s, st.sampled_from(LaneMode)), max_size=40)
controls = st.sampled_from(
    [LaneControl(), LaneControl("level"), LaneControl("level", "end"), LaneControl(passage_sign="opening")]
)


@dataclass
class RelayLane(FakeLane):
    """A lane whose relays can be looked at; they close and open in the time of the test."""

    timers: FakeTimers = field(default_factory=FakeTimers)
    closed: set[Direction] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pulses = RelayPulses(self._drive, self.timers)

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        assert duration_ms <= 60_000, "every closing has an end"
        self.pulses.close_for(direction, duration_ms)

    def lock(self) -> None:
        self.pulses.open_all()

    def _drive(self, direction: Direction, is_closed: bool) -> None:
        (self.closed.add if is_closed else self.closed.discard)(direction)


class Site:
    """One lane, and everybody's grants; a tap is granted whenever the lane can take it, as an emergency's is."""

    def __init__(self, control: LaneControl) -> None:
        self.lane, self.journal = RelayLane(), FakeJournal()
        self.begun = 0
        self.passages = LanePassages(
            self.lane, LaneTiming(), journal=self.journal, timers=self.lane.timers, listener=self, control=control
        )

    def step(self, step: object) -> None:
        match step:
            case LaneInput():
                self.passages.handle_input(step)
            case LaneMode():
                self.passages.change_mode(step)
            case float():
                self._wait(step)
            case "in" | "out" if self.passages.condition_for("in", None) != "not_ready":
                self.begun += 1
                direction: Direction = "in" if step == "in" else "out"
                self.passages.give(Grant(f"tap_{self.begun}", ReaderKey("r"), direction, "mem", None, False))
            case _:
                pass

    def _wait(self, seconds: float) -> None:
        # In small steps, so that what a timer starts is due in its own time.
        for _ in range(round(seconds * 10)):
            self.lane.timers.advance(0.1)

    @property
    def ended(self) -> list[str]:
        return [body.tap_id for body in self.journal.bodies if isinstance(body, AccessTaken | AccessNotTaken)]

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        """The journal says it."""

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        """Nobody looks."""


@given(plans, controls)
def test_every_grant_ends_exactly_once_and_at_the_latest_a_while_after_all_is_quiet(
    plan: list[object], control: LaneControl
) -> None:
    site = Site(control)
    for step in plan:
        site.step(step)
        assert len(site.ended) == len(set(site.ended))
    for signal in LaneSignal:
        site.step(LaneInput(signal, signal is LaneSignal.READY))
    site.step(70.0)
    assert len(site.ended) == site.begun


@given(plans, controls)
def test_a_relay_is_closed_only_for_a_grant_or_where_mode_or_fire_leave_the_way_open(
    plan: list[object], control: LaneControl
) -> None:
    site = Site(control)
    for step in plan:
        site.step(step)
        held = FREE_WAYS[site.passages.mode]
        is_evacuated = site.passages.state is LaneState.EVACUATION
        is_granted = len(site.ended) < site.begun or site.passages.state.startswith(("passing", "queued", "unlocked"))
        assert is_granted or is_evacuated or site.lane.closed <= held


@given(plans, controls)
def test_a_lane_told_to_be_normal_has_open_relays_when_its_last_window_is_over(
    plan: list[object], control: LaneControl
) -> None:
    site = Site(control)
    for step in plan:
        site.step(step)
    site.step(LaneMode.NORMAL)
    for signal in LaneSignal:
        site.step(LaneInput(signal, signal is LaneSignal.READY))
    site.step(11.0)
    assert site.lane.closed == set()
    assert site.passages.state is LaneState.LOCKED


people = st.lists(
    st.one_of(
        st.sampled_from([LaneInput(LaneSignal.ROTATION_IN, is_active) for is_active in (True, False)]),
        st.just("in"),
        st.sampled_from([0.6, 5.1, 31.0]),
    ),
    max_size=20,
)


@settings(max_examples=300)
@given(people, st.sampled_from([LaneControl("level"), LaneControl("level", "end")]))
def test_a_way_that_a_level_holds_open_never_shuts_in_between(plan: list[object], control: LaneControl) -> None:
    site = Site(control)
    site.step(LaneMode.FREE_PASSAGE)
    for step in plan:
        site.step(step)
        assert site.lane.closed == {"in", "out"} or site.passages.state is LaneState.JAMMED
