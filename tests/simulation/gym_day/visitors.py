"""People before the gates: they queue, tap, walk, hesitate, bring guests, push the arm the wrong way, slip in."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from gateway.domain.access_point import Direction
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from tests.simulation.gym_day.gate import GymGate
from tests.simulation.gym_day.laws import Laws
from tests.simulation.gym_day.roster import GUESTS_PER_DAY, LANES, STRANGER, Person
from tests.simulation.whole.gateway_node import TIMING
from tests.simulation.whole.story import BrokenLawError, Story

AFTER_PASSAGE_S: Final = 1.6
_TRIES_OUT: Final = 30
_WINDOW_S: Final = TIMING.passage_window_ms / 1000


class Door:
    """The gates as people find them; `gate` is None while the power is away, `is_burning` while they stand open."""

    def __init__(self, laws: Laws, rng: random.Random, story: Story, now_s: Callable[[], float]) -> None:
        self.gate: GymGate | None = None
        self.is_burning = False
        self._laws = laws
        self._rng = rng
        self._story = story
        self._now_s = now_s
        self._queues = {lane_id: asyncio.Lock() for lane_id in LANES}

    async def pass_through(self, card: int, direction: Direction) -> bool:
        """Queue at a lane, tap, and walk if it opens; whether one is on the other side."""
        lane_id = self._rng.choice(LANES)
        async with self._queues[lane_id]:
            await asyncio.sleep(self._rng.uniform(0.5, 2.0))
            tap_id = self._tap(card, lane_id, direction)
            if tap_id is None:
                return False
            is_through = await self._walk(tap_id, lane_id, direction)
            await asyncio.sleep(AFTER_PASSAGE_S)
            return is_through

    def tap_in_passing(self, card: int) -> None:
        """Hold a card before a lane without waiting for one's turn, and do not walk."""
        self._tap(card, self._rng.choice(LANES), self._rng.choice(("in", "out")))

    async def slip_out(self) -> None:
        """Somebody whom no card names presses the button and leaves."""
        lane_id = self._rng.choice(LANES)
        async with self._queues[lane_id]:
            gate = self.gate
            if gate is None or self.is_burning:
                return
            gate.press_exit(lane_id)
            await asyncio.sleep(1.0)
            if self.gate is gate and not self.is_burning:
                gate.turn(lane_id, "out")
                self._laws_checked(gate)
            await asyncio.sleep(AFTER_PASSAGE_S)

    async def flee(self) -> None:
        """Out through a gate that stands open."""
        lane_id = self._rng.choice(LANES)
        async with self._queues[lane_id]:
            gate = self.gate
            if gate is not None and self.is_burning:
                gate.turn(lane_id, "out")
                if not isinstance(self._laws.newest, AnonymousPassage):
                    raise BrokenLawError(f"somebody fled, and the journal says {self._laws.newest}")
                self._laws_checked(gate)
            await asyncio.sleep(0.8)

    def _tap(self, card: int, lane_id: str, direction: Direction) -> str | None:
        """The tap's id, if it was granted."""
        if self.gate is None:
            return None
        self._laws.tap_began()
        self.gate.present(card, lane_id, direction)
        self._laws.tap_ended()
        self._laws_checked(self.gate)
        decided = self._laws.decided
        assert decided is not None, "every tap is decided"
        self._story.tell("door", f"{direction} {decided.reason}", f"card {card} at {lane_id}")
        return decided.tap_id if decided.outcome != "block" else None

    async def _walk(self, tap_id: str, lane_id: str, direction: Direction) -> bool:
        gate = self.gate
        assert gate is not None, "it has just answered"
        habit = self._rng.random()
        if habit < 0.03:
            return await self._stay(_WINDOW_S + 0.5)
        if habit < 0.05:
            return await self._turn_wrong_way(gate, lane_id, direction)
        await asyncio.sleep(self._rng.uniform(0.3, 1.5))
        if self.gate is not gate or self.is_burning:
            return False
        gate.turn(lane_id, direction)
        newest = self._laws.newest
        if not (isinstance(newest, AccessTaken) and newest.tap_id == tap_id):
            raise BrokenLawError(f"tap {tap_id} walked through {lane_id}, and the journal says {newest}")
        self._laws_checked(gate)
        if habit < 0.08:
            await self._follow_closely(gate, lane_id, direction)
        return True

    async def _stay(self, seconds: float) -> bool:
        await asyncio.sleep(seconds)
        return False

    async def _turn_wrong_way(self, gate: GymGate, lane_id: str, direction: Direction) -> bool:
        """The arm is pushed against the grant: that is nobody's passage."""
        before = self._laws.count.occupancy
        gate.turn(lane_id, "out" if direction == "in" else "in")
        if self._laws.count.occupancy != before and not self.is_burning:
            raise BrokenLawError("a push the wrong way has moved somebody")
        return await self._stay(_WINDOW_S + 1.0)

    async def _follow_closely(self, gate: GymGate, lane_id: str, direction: Direction) -> None:
        """Somebody slips through right behind: that is reported, and names nobody."""
        await asyncio.sleep(0.6)
        if self.gate is not gate or self.is_burning:
            return
        before = self._laws.count.occupancy
        gate.turn(lane_id, direction, 0.2)
        if self._laws.count.occupancy != before:
            raise BrokenLawError("who slipped in behind was taken for somebody")
        self._story.tell("door", "tailgating")

    def _laws_checked(self, gate: GymGate) -> None:
        self._laws.pass_time(int(self._now_s()))
        self._laws.check_count(*gate.presence_now)


class Visitor:
    """One person's visit: comes, perhaps brings guests, trains, leaves with them. `is_inside` is the truth."""

    def __init__(self, person: Person, door: Door, rng: random.Random) -> None:
        self.person = person
        self.is_inside = False
        self.guests = 0
        self._door = door
        self._rng = rng

    async def come(self) -> None:
        """Tap until one is in, a few times at most."""
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            self.is_inside = await self._door.pass_through(self.person.card, "in")
            if self.is_inside:
                break
            await asyncio.sleep(self._rng.uniform(3, 30))
        if self.is_inside and self.person.kind == "host":
            for _ in range(self._rng.randint(0, GUESTS_PER_DAY + 1)):
                await asyncio.sleep(self._rng.uniform(2, 8))
                self.guests += await self._door.pass_through(self.person.card, "in")
        elif self._rng.random() < 0.03:
            self._door.tap_in_passing(self._rng.choice((STRANGER, self.person.card)))

    async def leave(self) -> None:
        """Out, and the guests after their host."""
        for _ in range(_TRIES_OUT):
            if not self.is_inside or self._door.is_burning:
                return
            self.is_inside = not await self._door.pass_through(self.person.card, "out")
            await asyncio.sleep(self._rng.uniform(1, 10))
        for _ in range(_TRIES_OUT):
            if not self.guests or self._door.is_burning:
                return
            self.guests -= await self._door.pass_through(self.person.card, "out")
