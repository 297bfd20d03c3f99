"""One run: a site is built, lives through a storm, and is looked at afterwards. READ FIRST.

Safety: laws listen to everything that happens, and none may break. Liveness: once the faults stop, everybody must catch
up within a bound. The same seed gives the same run.
"""

import asyncio
import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud.database import Database
from gateway.adapters.store_sqlite.journal import JournalLimits
from tests.simulation.whole.afterwards import Afterwards, LastDecision
from tests.simulation.whole.broker import SimulatedBroker
from tests.simulation.whole.card import Card, new_files
from tests.simulation.whole.chance import all_chance_from
from tests.simulation.whole.cloud_node import CloudNode
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.faults import Storm
from tests.simulation.whole.founding import GATEWAYS_MAX, Founded, found_club
from tests.simulation.whole.gateway_node import GatewayNode, Surroundings
from tests.simulation.whole.laws.arrival import EventsArriveOnce
from tests.simulation.whole.laws.backlog import BacklogIsHistory
from tests.simulation.whole.laws.barred import BarredIsRefused
from tests.simulation.whole.laws.chain import ChainHolds
from tests.simulation.whole.laws.ledger import Ledger
from tests.simulation.whole.laws.orders import OrdersActOnceAndInTime
from tests.simulation.whole.laws.proof import ShownBlockHolds
from tests.simulation.whole.laws.relay import RelayFollowsGrant
from tests.simulation.whole.laws.replay import DecisionsComeOutTheSame
from tests.simulation.whole.laws.revisions import RevisionsNeverGoBack
from tests.simulation.whole.laws.visits import VisitsAreBurntOnce
from tests.simulation.whole.laws.welcome import MemberIsLetIn
from tests.simulation.whole.machine import BEGINS_AT_S, Machine
from tests.simulation.whole.orders import OrdersFromAfar
from tests.simulation.whole.people import People
from tests.simulation.whole.story import BrokenLawError, Story
from tests.simulation.whole.virtual_time import VirtualLoop
from tests.simulation.whole.weather import bad_weather
from tests.simulation.whole.witness import Witness

_ORDERED = 0.6
"""How likely staff order one more gate opened before they go on."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went. `broken` says which law broke and how, "" none; `fingerprint` is the same for the same run."""

    seed: int
    broken: str
    story: tuple[str, ...]
    counts: dict[str, int]
    fingerprint: str
    caught_up_s: float

    def to_text(self) -> str:
        if not self.broken:
            return f"seed {self.seed}: all laws held, caught up in {self.caught_up_s:.1f} s ({self.fingerprint})"
        return "\n".join([f"seed {self.seed}: {self.broken}", *(f"  {line}" for line in self.story)])


def simulate(seed: int, folder: Path, *, storm_s: float | None = None) -> Report:
    """Live through one world; `storm_s` None lets the seed say how long the storm lasts. `folder` is left empty."""
    new_files()
    loop = VirtualLoop(lambda: rng.random() * 0.02)
    founded = found_club(loop)  # what is made once must not draw from the seed
    rng = random.Random(seed)
    story = Story(loop.time)
    caught_up_s, broken = 0.0, ""
    faults: list[BaseException] = []
    loop.set_exception_handler(lambda _, context: faults.append(context.get("exception") or _as_error(context)))
    with all_chance_from(rng, lambda: _true_ns(loop)), closing(loop):
        world = _World(founded, loop, rng, folder=folder, story=story)
        try:
            caught_up_s = loop.run_until_complete(world.live(storm_s or rng.choice((10.0, 20.0, 30.0))))
            if faults:
                raise faults[0]
        except BrokenLawError as error:
            broken = str(error)
        except Exception as error:
            broken = f"a part of the product died: {error!r}"
        lines, counts, fingerprint = story.lines, dict(story.counts), story.fingerprint
        loop.run_until_complete(world.end())
    return Report(seed, broken, lines, counts, fingerprint, caught_up_s)


class _World:
    """Everything in it."""

    def __init__(self, founded: Founded, loop: VirtualLoop, rng: random.Random, *, folder: Path, story: Story) -> None:
        self._rng = rng
        self._folder = folder
        club = founded.club
        self._desk = Desk(club, rng, story, memory=founded.memory)
        self._people = People(self._desk, rng, loop)
        self._broker = SimulatedBroker(loop, rng, story)
        self._cloud = CloudNode(club.database, self._broker, story)
        self._decisions = LastDecision()
        self._witnesses = self._laws(loop, club.database)
        around = Surroundings(self._broker, story, self._witnesses, rng, self._people.walk)
        limits = JournalLimits(
            events_max=rng.choice((40, 10_000, 10_000)),
            fold_count=10,
            settle_delay_s=rng.choice((0.0, 1e9)),  # it is measured in real time: at once, or with the next event
        )
        identities = founded.identities[: rng.choice((2, 2, GATEWAYS_MAX))]
        self._orders = OrdersFromAfar(club, identities, self._witnesses, rng=rng, story=story)
        self._cards = [Card(folder / identity.gateway_id) for identity in identities]
        self._gateways = [
            GatewayNode(identity, card, Machine(identity.gateway_id, loop.time, rng), limits, around)
            for identity, card in zip(identities, self._cards, strict=True)
        ]
        self._storm = Storm(self._gateways, self._cloud, self._broker, rng=rng, story=story)
        self._afterwards = Afterwards(
            self._gateways, club.database, self._desk, people=self._people, decisions=self._decisions, rng=rng
        )

    async def live(self, storm_s: float) -> float:
        """Both phases; how long it took to catch up."""
        self._cloud.start()
        for gateway in self._gateways:
            gateway.start()
        self._storm.begin(bad_weather(self._rng))
        lives = [asyncio.ensure_future(self._people.come(self._gateways)), asyncio.ensure_future(self._work())]
        await self._watch(lives, storm_s)
        await self._storm.end()
        caught_up_s = await self._afterwards.catch_up()
        await self._afterwards.try_some_cards()
        await self._afterwards.catch_up()
        for witness in self._witnesses:
            witness.calm_reached()
        self._require_alive()
        return caught_up_s

    async def end(self) -> None:
        """Leave nothing running and nothing behind."""
        await self._storm.abandon()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await self._cloud.stop()
        for gateway in self._gateways:
            await gateway.lose_power()
        for card in self._cards:
            card.forget()

    def _laws(self, loop: VirtualLoop, database: Database) -> list[Witness]:
        ledger = Ledger()
        desk = self._desk
        return [
            ledger,
            self._decisions,
            RelayFollowsGrant(),
            BarredIsRefused(desk),
            MemberIsLetIn(desk),
            ShownBlockHolds(desk, database),
            RevisionsNeverGoBack(),
            EventsArriveOnce(ledger, database),
            VisitsAreBurntOnce(ledger, desk, database),
            ChainHolds(database),
            OrdersActOnceAndInTime(loop.time, database),
            BacklogIsHistory(loop.time, database),
            DecisionsComeOutTheSame(database),
        ]

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / 3.0))
            while self._rng.random() < _ORDERED:
                self._orders.give()
            self._desk.act()

    async def _watch(self, lives: list[asyncio.Task[None]], storm_s: float) -> None:
        """Let the storm pass; whatever breaks before its end is told at once."""
        done, _ = await asyncio.wait((*lives, *self._storm.tasks), timeout=storm_s, return_when=asyncio.FIRST_EXCEPTION)
        for task in lives:
            task.cancel()
        for task in done:
            task.result()
        await asyncio.gather(*lives, return_exceptions=True)
        self._require_alive()

    def _require_alive(self) -> None:
        """No part of a program that runs has come to an end."""
        running = [gateway.running for gateway in self._gateways if gateway.running is not None]
        tasks = [task for gateway in running for task in gateway.tasks]
        for task in (*tasks, self._cloud.task):
            if task is not None and task.done():
                task.result()


def _true_ns(loop: VirtualLoop) -> int:
    return int((BEGINS_AT_S + loop.time()) * 1e9)


@contextlib.contextmanager
def closing(loop: VirtualLoop) -> Iterator[None]:
    try:
        yield
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _as_error(context: dict[str, Any]) -> BaseException:
    return RuntimeError(context["message"])
