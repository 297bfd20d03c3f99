"""A grant's way to its end, and what the journal hears of it."""

from dataclasses import dataclass, field

from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.lane_inputs import LaneSignal
from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.passage import Grant, GrantEnd, LanePassages
from gateway.service.relay_control import LaneControl, LaneTiming
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, AnonymousPassage, LaneChanged
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
    def __init__(self, control: LaneControl | None = None) -> None:
        self.lane, self.journal, self.timers, self.told = FakeLane(), FakeJournal(), FakeTimers(), Told()
        self.passages = LanePassages(
            self.lane,
            LaneTiming(),
            journal=self.journal,
            timers=self.timers,
            listener=self.told,
            control=control or LaneControl(),
        )

    @property
    def words(self) -> list[str]:
        return [body.state for body in self.journal.bodies if isinstance(body, LaneChanged)]

    def rotate(self, signal: LaneSignal = LaneSignal.ROTATION_IN) -> None:
        self.lane.say(signal)
        self.lane.say(signal, is_active=False)


def grant(tap_id: str = "tap_1", direction: Direction = "in", member_id: str = "mem_a") -> Grant:
    return Grant(tap_id, ReaderKey("entry"), direction, member_id, "ctr_a", spends_visit=True)


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
    scene.lane.say(LaneSignal.ROTATION_IN, is_active=False)
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
    assert scene.words == ["fire", "cleared", "fault", "ready", "alarm", "cleared"]


def test_a_fire_ends_a_waiting_grant_without_a_visit_and_opens_both_ways() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.lane.say(LaneSignal.FIRE)
    assert [type(body) for body in scene.journal.bodies] == [AccessNotTaken, LaneChanged]
    assert scene.told.ends == [("tap_1", "not_taken")]
    assert scene.lane.calls == ["unlock in 500", "lock", "unlock in 500", "unlock out 500"]


def test_one_more_is_told_to_go_while_somebody_passes_and_has_a_window_of_their_own() -> None:
    scene = Scene()
    scene.passages.give(grant("tap_1"))
    scene.timers.advance(4)
    scene.lane.say(LaneSignal.ROTATION_IN)
    scene.passages.give(grant("tap_2", member_id="mem_b"))
    assert scene.passages.condition_for("in", "mem_c") == "busy"
    scene.timers.advance(3)
    assert scene.lane.calls == ["unlock in 500", "lock"]
    scene.lane.say(LaneSignal.ROTATION_IN, is_active=False)
    assert scene.lane.calls == ["unlock in 500", "lock", "unlock in 500"]
    scene.timers.advance(4.9)
    scene.rotate()
    assert scene.told.ends == [("tap_1", "taken"), ("tap_2", "taken")]


def test_whoever_follows_at_once_is_tailgating_and_later_forces_the_gate() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.rotate()
    scene.timers.advance(0.9)
    scene.rotate()
    scene.timers.advance(2)
    scene.rotate()
    assert scene.words == ["tailgating", "forced"]


def test_a_rotation_against_the_grant_is_recorded_and_the_grant_still_waits() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.rotate(LaneSignal.ROTATION_OUT)
    scene.rotate()
    assert scene.words == ["wrong_direction"]
    assert scene.told.ends == [("tap_1", "taken")]


def test_an_arm_that_does_not_come_home_jams_the_lane_and_ends_the_grant_that_waits() -> None:
    scene = Scene()
    scene.passages.give(grant("tap_1"))
    scene.lane.say(LaneSignal.ROTATION_IN)
    scene.passages.give(grant("tap_2"))
    scene.timers.advance(10)
    assert scene.told.ends == [("tap_1", "taken"), ("tap_2", "not_taken")]
    assert scene.passages.condition_for("in", "mem_a") == "not_ready"
    scene.lane.say(LaneSignal.ROTATION_IN, is_active=False)
    assert scene.words == ["jam", "cleared"]
    assert scene.passages.condition_for("in", "mem_a") == "free"


def test_a_leaf_that_stays_open_is_told_once() -> None:
    scene = Scene()
    scene.lane.say(LaneSignal.OPEN)
    scene.timers.advance(29.9)
    assert scene.words == []
    scene.timers.advance(100)
    scene.lane.say(LaneSignal.OPEN, is_active=False)
    assert scene.words == ["held", "cleared"]


def test_the_exit_button_lets_one_person_out_who_is_counted_without_a_name() -> None:
    scene = Scene()
    scene.lane.say(LaneSignal.EXIT_REQUEST)
    scene.lane.say(LaneSignal.EXIT_REQUEST, is_active=False)
    assert scene.lane.calls == ["unlock out 500"]
    scene.rotate(LaneSignal.ROTATION_OUT)
    assert scene.journal.bodies == [
        LaneChanged("lan_a", "exit_requested"),
        AnonymousPassage("lan_a", "out", "exit_request"),
    ]
    assert scene.told.ends == []


def test_the_exit_button_waits_for_a_grant_works_when_locked_and_not_in_a_lockdown() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.lane.say(LaneSignal.EXIT_REQUEST)
    scene.lane.say(LaneSignal.EXIT_REQUEST, is_active=False)
    scene.timers.advance(5)
    for mode in (LaneMode.LOCKDOWN, LaneMode.LOCKED):
        scene.passages.change_mode(mode)
        scene.lane.say(LaneSignal.EXIT_REQUEST)
        scene.lane.say(LaneSignal.EXIT_REQUEST, is_active=False)
    assert scene.lane.calls.count("unlock out 500") == 1


def test_an_exit_that_nobody_takes_leaves_no_passage() -> None:
    scene = Scene()
    scene.lane.say(LaneSignal.EXIT_REQUEST)
    scene.timers.advance(5)
    assert scene.words == ["exit_requested"]
    assert len(scene.journal.bodies) == 1
    assert scene.passages.state is LaneState.LOCKED


def test_a_lockdown_withdraws_the_waiting_grant_at_once() -> None:
    scene = Scene()
    scene.passages.give(grant())
    scene.passages.change_mode(LaneMode.LOCKDOWN)
    assert scene.told.ends == [("tap_1", "not_taken")]
    assert scene.lane.calls == ["unlock in 500", "lock"]
    assert scene.passages.condition_for("in", "mem_a") == "lockdown"
    scene.passages.give(grant("tap_emergency"))
    assert scene.lane.calls[-1] == "unlock in 500"


def test_a_grant_in_a_locked_lane_takes_the_place_of_another_persons() -> None:
    scene = Scene()
    scene.passages.give(grant("tap_1"))
    scene.passages.change_mode(LaneMode.LOCKED)
    other = Grant("tap_2", ReaderKey("exit"), "out", "mem_staff", None, spends_visit=False)
    scene.passages.give(other)
    scene.rotate(LaneSignal.ROTATION_OUT)
    assert scene.told.ends == [("tap_1", "not_taken"), ("tap_2", "taken")]


def test_in_free_passage_people_are_counted_and_a_member_who_taps_has_a_visit() -> None:
    scene = Scene(LaneControl("level"))
    scene.passages.change_mode(LaneMode.FREE_PASSAGE)
    assert scene.lane.calls == ["unlock in 60000", "unlock out 60000"]
    scene.rotate(LaneSignal.ROTATION_OUT)
    scene.passages.give(grant())
    scene.rotate()
    assert scene.journal.bodies == [
        AnonymousPassage("lan_a", "out", "free_passage"),
        AccessTaken("tap_1", "lan_a", "in", "mem_a", "ctr_a", spends_visit=True),
    ]


def test_an_evacuation_is_counted_as_such() -> None:
    scene = Scene()
    scene.passages.change_mode(LaneMode.EVACUATION)
    scene.rotate(LaneSignal.ROTATION_OUT)
    assert scene.journal.bodies == [AnonymousPassage("lan_a", "out", "evacuation")]
    assert scene.passages.condition_for("in", "mem_a") == "not_ready"


def test_relays_that_are_back_are_told_at_once_what_is_held_open() -> None:
    scene = Scene(LaneControl("level"))
    scene.lane.say(LaneSignal.READY, is_active=False)
    scene.passages.change_mode(LaneMode.EVACUATION)
    told = len(scene.lane.calls)
    scene.lane.say(LaneSignal.READY)
    assert scene.lane.calls[told:] == ["unlock in 60000", "unlock out 60000"]


def test_fire_in_an_evacuation_is_told_and_its_end_does_not_end_the_evacuation() -> None:
    scene = Scene()
    scene.passages.change_mode(LaneMode.EVACUATION)
    scene.lane.say(LaneSignal.FIRE)
    scene.lane.say(LaneSignal.FIRE, is_active=False)
    assert scene.words == ["fire", "cleared"]
    assert scene.passages.state is LaneState.EVACUATION


def test_a_contact_that_was_active_in_an_evacuation_has_its_time_again_afterwards() -> None:
    scene = Scene()
    scene.passages.change_mode(LaneMode.EVACUATION)
    scene.lane.say(LaneSignal.ROTATION_IN)
    scene.timers.advance(60)
    scene.passages.change_mode(LaneMode.NORMAL)
    assert scene.words == []
    scene.timers.advance(10)
    assert scene.words == ["jam"]
