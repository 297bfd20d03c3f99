"""READ FIRST: one day by its seed: opening, peaks, a power cut at noon, a fire on some days, closing."""

import asyncio
import random
from asyncio import FIRST_EXCEPTION
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sync_protocol.state_rows import row_key
from tests.desired_state import DesiredState
from tests.memory_folder import memory_folder
from tests.simulation.gym_day.gate import GymGate, Premises
from tests.simulation.gym_day.laws import Laws, StaffBook
from tests.simulation.gym_day.roster import Person, block_row, recruit, rows_of, site_rows, wall, zone_row
from tests.simulation.gym_day.visitors import Door, Visitor
from tests.simulation.silence import without_logs
from tests.simulation.whole.card import Card, new_files
from tests.simulation.whole.chance import all_chance_from
from tests.simulation.whole.story import BrokenLawError, Story
from tests.simulation.whole.virtual_time import VirtualLoop

DAYS: Final = ("2026-11-23", "2027-03-28", "2027-10-31")
"""A Monday, and the days on which the clocks are put forward and back."""
_PEAKS: Final = (("07:30", 0.2), ("12:30", 0.25), ("18:30", 0.4), ("02:00", 0.05), ("10:30", 0.1))
_BLOCKS_A_DAY: Final = 12


@dataclass(frozen=True, slots=True)
class DayReport:
    """How a day went. `broken` says which law broke and how, "" none; `most_inside` is the fullest it was."""

    seed: int
    day: str
    broken: str
    story: tuple[str, ...]
    taps: int
    most_inside: int
    fingerprint: str

    def to_text(self) -> str:
        if not self.broken:
            words = f"{self.taps} taps, at most {self.most_inside} people inside, all laws held"
            return f"seed {self.seed}, {self.day}: {words} ({self.fingerprint})"
        return "\n".join([f"seed {self.seed}, {self.day}: {self.broken}", *(f"  {line}" for line in self.story)])


def simulate_day(seed: int) -> DayReport:
    """Live through one day, without the product's logs."""
    new_files()  # what is made once must not draw from the seed
    rng = random.Random(seed)
    with without_logs(), memory_folder() as folder:
        loop = VirtualLoop(lambda: rng.random() * 0.02)
        day = _Day(seed, rng, loop, folder)
        broken = ""
        faults: list[str] = []
        loop.set_exception_handler(lambda _, context: faults.append(str(context.get("exception") or context)))
        try:
            with all_chance_from(rng, lambda: int(day.now_s() * 1e9)):
                loop.run_until_complete(day.live())
            broken = faults[0] if faults else ""
        except BrokenLawError as error:
            broken = str(error)
        finally:
            loop.run_until_complete(day.end())
            loop.close()
        return day.report(broken)


class _Day:
    """The day's script. Whoever is inside is a visitor in `_visitors`."""

    def __init__(self, seed: int, rng: random.Random, loop: VirtualLoop, folder: Path) -> None:
        self._seed, self._rng, self._loop = seed, rng, loop
        self._date = rng.choice(DAYS)
        self._began_s = wall(self._date, "00:10:00")
        self._noon_s = wall(self._date, "12:00:00")
        self._closing_s = wall(self._date, "23:30:00")
        self._people = recruit(rng, rng.randint(120, 260))
        self._limit = rng.randint(15, 60)
        self._story = Story(loop.time)
        self._book = StaffBook()
        self._laws = Laws(self._people, self._book, limit=self._limit, noon_s=self._noon_s, closing_s=self._closing_s)
        self._door = Door(self._laws, rng, self._story, self.now_s)
        self._desired = DesiredState()
        self._premises = Premises(
            Card(folder / "gym"), self.now_s, rng, lambda body: self._laws.hear(body, int(self.now_s()))
        )
        self._visitors: list[Visitor] = []
        self._starts = 0
        self._most_inside = 0

    def now_s(self) -> float:
        """The true time in UTC seconds."""
        return self._began_s + self._loop.time()

    def report(self, broken: str) -> DayReport:
        story = self._story
        taps = sum(count for what, count in story.counts.items() if what.startswith(("in ", "out ")))
        return DayReport(self._seed, self._date, broken, story.lines, taps, self._most_inside, story.fingerprint)

    async def live(self) -> None:
        """The whole day, until everybody was forgotten."""
        await self._open()
        fire_s = self._began_s + self._rng.uniform(14, 20) * 3600 if self._rng.random() < 0.6 else None
        errands = [self._staff_visit(person) for person in self._people if person.kind == "staff"]
        errands += [self._visit(person) for person in self._people if person.is_member]
        errands += [self._visit(person) for person in self._rng.choices(self._people, k=30) if person.is_member]
        errands += [self._raise_a_block() for _ in range(_BLOCKS_A_DAY)]
        errands += [self._deliver() for _ in range(4)]
        errands.append(self._cut_power())
        if fire_s is not None:
            errands.append(self._burn(fire_s))
        await _all(errands)
        await self._until(self._closing_s + 900)
        self._check_end()

    async def end(self) -> None:
        """Leave nothing open and nobody waiting."""
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        if self._door.gate is not None:
            self._door.gate.lose_power()

    async def _open(self) -> None:
        rows = [row for person in self._people for row in rows_of(person, wall(self._date, "00:00:00"), self._noon_s)]
        self._desired.put(*site_rows(self._limit), *rows)
        for person in self._people:
            if person.kind == "barred":
                self._book.block(person.member_id, self._desired.revision)
        await self._start().learn(self._desired)

    def _start(self) -> GymGate:
        self._starts += 1
        self._door.gate = GymGate(self._premises, self._starts)
        return self._door.gate

    async def _staff_visit(self, person: Person) -> None:
        """The first of the staff comes soon after midnight, the last leaves late."""
        await asyncio.sleep(self._rng.uniform(600, 3 * 3600))
        visitor = self._enter_visitor(person)
        while not visitor.is_inside and self.now_s() < self._closing_s - 7200:
            await visitor.come()
            await asyncio.sleep(60)
        await self._until(self._closing_s - self._rng.uniform(600, 3600))
        await visitor.leave()

    async def _visit(self, person: Person) -> None:
        peak, _ = self._rng.choices(_PEAKS, [share for _, share in _PEAKS])[0]
        await self._until(wall(self._date, f"{peak}:00") + self._rng.gauss(0, 3000))
        if self.now_s() > self._closing_s - 3600 or self._door.is_burning:
            return
        visitor = self._enter_visitor(person)
        await visitor.come()
        self._most_inside = max(self._most_inside, self._laws.count.occupancy)
        await asyncio.sleep(self._rng.uniform(1200, 7200))
        # Whoever comes late leaves before closing.
        await visitor.leave()

    async def _deliver(self) -> None:
        """Somebody without a card who was let in otherwise leaves by the button."""
        await asyncio.sleep(self._rng.uniform(8, 20) * 3600)
        await self._door.slip_out()

    async def _raise_a_block(self) -> None:
        await asyncio.sleep(self._rng.uniform(1, 18) * 3600)
        person = self._rng.choice([person for person in self._people if person.kind in {"full", "pack", "host"}])
        if self._book.blocked.get(person.member_id):
            return
        self._desired.put(block_row(person))
        self._book.block(person.member_id, self._desired.revision)
        await self._tell_gate()
        if self._rng.random() < 0.5:
            await asyncio.sleep(self._rng.uniform(60, 7200))
            self._desired.delete(row_key(block_row(person)))
            self._book.clear(person.member_id, self._desired.revision)
            await self._tell_gate()

    async def _cut_power(self) -> None:
        """At noon, in the middle of everything; afterwards all is as the journal has kept it."""
        await self._until(self._noon_s + self._rng.uniform(-1800, 1800))
        before = self._door.gate
        assert before is not None, "there is one cut a day"
        self._door.gate = None
        before.lose_power()
        self._story.tell("mains", "are away")
        await asyncio.sleep(self._rng.uniform(20, 120))
        gate = self._start()
        self._laws.count_anew(await gate.kept_events())
        self._laws.check_count(*gate.presence_now)
        self._laws.check_credits(gate.journal.visits_spent)
        await self._tell_gate()

    async def _burn(self, at_s: float) -> None:
        """Everybody runs; when all is over, staff tell the gates to forget who was inside."""
        await self._until(at_s)
        gate = self._door.gate
        assert gate is not None, "the mains came back long ago"
        self._door.is_burning = True
        gate.burn(is_burning=True)
        self._story.tell("panel", "gives fire")
        fleeing = [visitor for visitor in self._visitors if visitor.is_inside or visitor.guests]
        persons = sum(visitor.is_inside + visitor.guests for visitor in fleeing)
        await asyncio.gather(*(self._door.flee() for _ in range(persons)))
        for visitor in fleeing:
            visitor.is_inside, visitor.guests = False, 0
        await asyncio.sleep(600)
        gate.burn(is_burning=False)
        forgiven_at = int(self.now_s())
        self._desired.put(zone_row(self._limit, forgiven_at))
        await self._tell_gate()
        self._laws.forgive(forgiven_at)
        self._door.is_burning = False

    async def _tell_gate(self) -> None:
        gate = self._door.gate
        if gate is not None and gate.store.state.applied_revision < self._desired.revision:
            await gate.learn(self._desired)

    def _enter_visitor(self, person: Person) -> Visitor:
        """The same person all day: who comes twice is one."""
        for visitor in self._visitors:
            if visitor.person == person:
                return visitor
        self._visitors.append(Visitor(person, self._door, self._rng))
        return self._visitors[-1]

    def _check_end(self) -> None:
        gate = self._door.gate
        assert gate is not None, "the mains came back long ago"
        self._laws.pass_time(int(self.now_s()))
        occupancy, known = gate.presence_now
        self._laws.check_count(occupancy, known)
        self._laws.check_credits(gate.journal.visits_spent)
        if occupancy or known:
            raise BrokenLawError(f"after closing the gateway counts {occupancy} people: {sorted(known)}")

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self.now_s()))


async def _all(errands: list[Coroutine[Any, Any, None]]) -> None:
    """Let them all come to their end; whatever breaks first is told, the others are given up."""
    done, others = await asyncio.wait([asyncio.ensure_future(one) for one in errands], return_when=FIRST_EXCEPTION)
    for task in others:
        task.cancel()
    for task in done:
        task.result()
