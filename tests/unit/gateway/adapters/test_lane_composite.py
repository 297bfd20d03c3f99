"""A lane of two parts."""

import asyncio
from dataclasses import dataclass, field

from gateway.adapters.lane_composite import CompositeLane
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from tests.gate_fakes import FakeLane
from tests.in_loop import in_loop


@dataclass
class Part(FakeLane):
    is_running: bool = False
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        self.is_running = True
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_running = False


def test_both_parts_are_driven() -> None:
    parts = [Part(), Part()]
    lane = CompositeLane(parts)
    lane.unlock("in", 500)
    lane.lock()
    assert lane.lane_id == "lan_a"
    assert [part.calls for part in parts] == [["unlock in 500", "lock"]] * 2


def test_the_lane_is_ready_when_both_parts_are_and_hears_each_signal_of_both() -> None:
    first, second = Part(), Part()
    lane, seen = CompositeLane([first, second]), list[LaneInput]()
    lane.set_listener(seen.append)
    second.say(LaneSignal.READY, is_active=False)
    first.say(LaneSignal.READY, is_active=True)
    second.say(LaneSignal.READY, is_active=True)
    first.say(LaneSignal.ROTATION_IN)
    assert seen == [
        LaneInput(LaneSignal.READY, is_active=False),
        LaneInput(LaneSignal.READY, is_active=False),
        LaneInput(LaneSignal.READY, is_active=True),
        LaneInput(LaneSignal.ROTATION_IN, is_active=True),
    ]


@in_loop
async def test_both_parts_run_and_end_together() -> None:
    parts = [Part(), Part()]
    running = asyncio.create_task(CompositeLane(parts).run())
    for part in parts:
        await part.started.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not any(part.is_running for part in parts)
