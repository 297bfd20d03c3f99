"""The gym's gateway with its three lanes, over a power cut: the product's services and store, put together for here."""

import asyncio
import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_protocol.wiegand import encode_wiegand26
from gateway.adapters.clock_system import MachineClocks, SystemClock
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.domain.access_point import AccessPoint, Direction, ReaderKey
from gateway.domain.lane_inputs import LaneSignal
from gateway.service.card_tap import CardTap, GateParts, Knowledge
from gateway.service.display import DisplaySettings
from gateway.service.gate_report import GateReport
from gateway.service.passage import LanePassages
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from sync_protocol.credential_hash import hash_credential, hash_pin
from sync_protocol.journal_events import EventBody, JournalEvent, parse_event
from tests.desired_state import DesiredState, load
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import FakeBus, FakeStatus
from tests.simulation.gym_day.roster import FACILITY, LANES, SITE_KEY, ZONE
from tests.simulation.whole.card import Card
from tests.simulation.whole.card_store import CardStore
from tests.simulation.whole.gateway_node import TIMING, BootTimers, SimulatedLane
from tests.simulation.whole.heard_journal import HeardJournal

_LIMITS: Final = JournalLimits(events_max=100_000, settle_delay_s=1e9)
_ALL: Final = 1_000_000
_WAYS: Final[tuple[Direction, ...]] = ("in", "out")


@dataclass(frozen=True, slots=True)
class Premises:
    """What the gateway stands on: its memory card, the true time in UTC seconds, chance, and who hears its journal."""

    card: Card
    now_s: Callable[[], float]
    rng: random.Random
    heard: Callable[[EventBody], None]


class GymGate:
    """The parts between one start and the next power cut; `start_number` counts the starts."""

    def __init__(self, premises: Premises, start_number: int) -> None:
        self._premises = premises
        began_s = premises.now_s()
        machine = MachineClocks(
            f"boot-{start_number}",
            lambda: int((premises.now_s() - began_s) * 1e9) + 10**10,
            lambda: int(premises.now_s() * 1e9),
        )
        self.clock = SystemClock(machine=machine)
        self.store = CardStore(premises.card, self.clock, _LIMITS, premises.rng)
        self.clock.raise_floor(self.store.clock_floor_ms)
        self.clock.note_answered_time(int(premises.now_s() * 1000), 0.0)
        self.timers = BootTimers(asyncio.get_running_loop())
        self.journal = HeardJournal(self.store.journal, lambda _, body: premises.heard(body))
        self.lanes = {lane_id: SimulatedLane(lane_id, lambda _: None) for lane_id in LANES}
        self._tap = self._build_tap()
        self.store.journal.presence.learn_site(self.store.gate_reader.find_gate_view("").site)

    @property
    def presence_now(self) -> tuple[int, set[str]]:
        """How many people the gateway counts, and which members it knows to be inside."""
        zone_id, now_s = ZONE, int(self.clock.wall_ms() // 1000)
        presence = self.store.journal.presence
        known = {one.member_id for one in presence.people_in(zone_id, now_s) if not one.guest_number}
        return presence.occupancy(zone_id, now_s), known

    async def learn(self, desired: DesiredState) -> None:
        """The cloud's newest state comes in force."""
        state = self.store.state
        if state.applied_revision == 0:
            await load(state, desired)
        else:
            assert await state.apply_delta(desired.delta(state.applied_revision)), "a delta of the right revision"
        await state.note_contact(int(self._premises.now_s()))
        self.store.journal.presence.learn_site(self.store.gate_reader.find_gate_view("").site)

    async def kept_events(self) -> list[JournalEvent]:
        """Everything that the journal's file has kept."""
        return [parse_event(sealed) for sealed in await self.store.journal.read_outbox(-1, _ALL)]

    def present(self, card: int, lane_id: str, direction: Direction) -> None:
        """Somebody holds a card before a reader."""
        reader = ReaderKey(f"{lane_id} {direction}")
        self._tap.handle_card(CardPresented(reader, encode_wiegand26(FACILITY, card), 26, self.clock.monotonic()))

    def turn(self, lane_id: str, direction: Direction, for_s: float = 0.4) -> None:
        """The arm goes round once."""
        signal = LaneSignal.ROTATION_IN if direction == "in" else LaneSignal.ROTATION_OUT
        lane = self.lanes[lane_id]
        lane.say(signal, is_active=True)
        self.timers.call_later(for_s, lambda: lane.say(signal, is_active=False))

    def press_exit(self, lane_id: str) -> None:
        """Somebody inside presses the button."""
        lane = self.lanes[lane_id]
        lane.say(LaneSignal.EXIT_REQUEST, is_active=True)
        lane.say(LaneSignal.EXIT_REQUEST, is_active=False)

    def burn(self, *, is_burning: bool) -> None:
        """The fire panel opens every gate, or lets them go again."""
        for lane in self.lanes.values():
            lane.say(LaneSignal.FIRE, is_active=is_burning)

    def lose_power(self) -> None:
        """Stop in the middle of everything."""
        self.timers.end()
        self.store.lose_power()

    def _build_tap(self) -> CardTap:
        bus, status, catalogue = FakeBus(), FakeStatus(), display_catalogue()
        places = {
            key: ReaderPlace(key, AccessPoint(lane_id, way), DisplaySettings(), bus)
            for lane_id in LANES
            for way in _WAYS
            if (key := ReaderKey(f"{lane_id} {way}"))
        }
        feedback = ReaderFeedback(places, catalogue)
        report = GateReport(feedback, status, lambda: None)
        passages = {
            lane_id: LanePassages(lane, TIMING, journal=self.journal, timers=self.timers, listener=report)
            for lane_id, lane in self.lanes.items()
        }
        knowledge = Knowledge(
            state=self.store.gate_reader,
            presence=self.store.journal.presence,
            clock=self.clock,
            catalogue=catalogue,
            hash_credential=functools.partial(hash_credential, SITE_KEY),
            hash_pin=functools.partial(hash_pin, SITE_KEY),
        )
        rng = self._premises.rng
        return CardTap(
            GateParts(places, passages, feedback, PinCollection(self.timers)),
            knowledge,
            journal=self.journal,
            status=status,
            new_tap_id=lambda: f"{rng.getrandbits(80):020x}",
        )
