"""A lane on a reader's outputs and inputs."""

from dataclasses import dataclass, field

from gateway.adapters.lane_osdp import OsdpLane, ReaderWiring
from gateway.domain.access_point import ReaderKey
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.service.ports import ReaderStatus
from tests.gate_fakes import FakeTimers

ENTRY = ReaderKey("entry")
WIRING = ReaderWiring(ENTRY, {"in": 0, "out": 2}, {LaneSignal.ROTATION_IN: 0, LaneSignal.ALARM: 1}, frozenset({1}))


@dataclass
class FakeOutputs:
    switched: list[tuple[int, int]] = field(default_factory=list)

    def switch_output(self, reader: ReaderKey, output: int, on_ms: int) -> None:
        assert reader == ENTRY
        self.switched.append((output, on_ms))


class Scene:
    def __init__(self) -> None:
        self.outputs, self.timers, self.seen = FakeOutputs(), FakeTimers(), list[LaneInput]()
        self.lane = OsdpLane("lan_a", WIRING, self.outputs, timers=self.timers)
        self.lane.set_listener(self.seen.append)


def test_a_closing_is_one_timed_command_and_its_end_switches_off_in_any_case() -> None:
    scene = Scene()
    scene.lane.unlock("out", 500)
    assert scene.outputs.switched == [(2, 500)]
    scene.timers.advance(0.5)
    assert scene.outputs.switched == [(2, 500), (2, 0)]


def test_a_lock_switches_off_only_what_is_on() -> None:
    scene = Scene()
    scene.lane.lock()
    scene.lane.unlock("in", 500)
    scene.lane.lock()
    scene.lane.lock()
    assert scene.outputs.switched == [(0, 500), (0, 0)]


def test_a_reader_makes_the_lane_ready_only_in_its_secure_channel() -> None:
    scene = Scene()
    for status in (
        ReaderStatus(ENTRY, "online", is_secure=False),
        ReaderStatus(ENTRY, "online", is_secure=True),
        ReaderStatus(ENTRY, "security_failed"),
        ReaderStatus(ENTRY, "offline"),
        ReaderStatus(ENTRY, "tampered"),
    ):
        scene.lane.handle_status(status)
    assert [seen.is_active for seen in scene.seen] == [False, True, False, False]


def test_the_outputs_of_a_reader_that_is_back_are_switched_off_first() -> None:
    scene = Scene()
    scene.lane.handle_status(ReaderStatus(ENTRY, "online", is_secure=True))
    assert scene.outputs.switched == [(0, 0), (2, 0)]


def test_a_reader_s_inputs_are_signals_inverted_where_they_are_said_to_be() -> None:
    scene = Scene()
    scene.lane.handle_status(ReaderStatus(ENTRY, "inputs", levels=(True, True)))
    scene.lane.handle_status(ReaderStatus(ENTRY, "inputs", levels=(False,)))
    assert scene.seen == [
        LaneInput(LaneSignal.ROTATION_IN, is_active=True),
        LaneInput(LaneSignal.ALARM, is_active=False),
        LaneInput(LaneSignal.ROTATION_IN, is_active=False),
    ]
