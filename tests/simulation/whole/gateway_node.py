"""One gateway from start to power cut, put together as `gateway.bootstrap` does it, but for sockets and readers."""

import asyncio
import contextlib
import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_protocol.wiegand import encode_wiegand26
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.certificate_voice import CertificateVoice
from gateway.domain.access_point import AccessPoint, Direction, ReaderKey
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_states import LaneState
from gateway.service.card_tap import CardTap, GateParts, Knowledge
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from gateway.service.display import DisplaySettings
from gateway.service.gate_report import GateReport
from gateway.service.lane_modes import LaneModes
from gateway.service.passage import LanePassages
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented, TimerHandle
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.relay_control import LaneTiming
from gateway.service.remote_commands import CannotCollectError, CommandHands, RemoteCommands
from sync_protocol.credential_hash import hash_credential, hash_pin
from sync_protocol.journal_events import AccessDecided, EventBody, GatewayStarted
from sync_protocol.up_seal import Speaker
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import FakeBus, FakeStatus
from tests.simulation.whole.broker import SimulatedBroker, SimulatedClient
from tests.simulation.whole.card import Card
from tests.simulation.whole.card_store import CardStore
from tests.simulation.whole.heard_journal import HeardJournal
from tests.simulation.whole.machine import Machine
from tests.simulation.whole.story import Story
from tests.simulation.whole.witness import Witness
from tests.update_fakes import UpdateStand

READERS: dict[Direction, ReaderKey] = {"in": ReaderKey("entry"), "out": ReaderKey("exit")}
TIMING = LaneTiming(pulse_ms=500, passage_window_ms=3_000)
FACILITY = 1


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """Who it is, and whom it believes; `speaker` signs for it."""

    gateway_id: str
    site_id: str
    lane_id: str
    signing_keys: dict[str, bytes]
    credential_key: bytes
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a gateway stands in."""

    broker: SimulatedBroker
    story: Story
    witnesses: Sequence[Witness]
    rng: random.Random
    on_open: Callable[["RunningGateway", Direction], None]


class SimulatedLane:
    """Implements the port `Lane`; whoever waits before the gate is told when it opens."""

    def __init__(self, lane_id: str, on_unlock: Callable[[Direction], None]) -> None:
        self._lane_id = lane_id
        self._on_unlock = on_unlock
        self._listener: Callable[[LaneInput], None] = lambda seen: None

    @property
    def lane_id(self) -> str:
        return self._lane_id

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        self._on_unlock(direction)

    def lock(self) -> None:
        """A relay that is open stays open."""

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        self._listener = listener

    def say(self, signal: LaneSignal, *, is_active: bool) -> None:
        self._listener(LaneInput(signal, is_active))


class BootTimers:
    """Implements the port `Timers`; a power cut ends all of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._is_over = False

    def call_later(self, delay: float, callback: Callable[[], None], /) -> TimerHandle:
        return self._loop.call_later(delay, self._call, callback)

    def end(self) -> None:
        self._is_over = True

    def _call(self, callback: Callable[[], None]) -> None:
        if not self._is_over:
            callback()


class RunningGateway:
    """The parts between one start and the next power cut."""

    def __init__(
        self, identity: GatewayIdentity, card: Card, machine: Machine, limits: JournalLimits, around: Surroundings
    ) -> None:
        self.identity = identity
        self._around = around
        self.clock = SystemClock(machine=machine.start())
        self.store = CardStore(card, self.clock, limits, around.rng)
        self.clock.raise_floor(self.store.clock_floor_ms)
        self.journal = HeardJournal(self.store.journal, self._hear)
        self.timers = BootTimers(around.broker.loop)
        self.lane = SimulatedLane(identity.lane_id, self._unlocked)
        self._tap = self._build_tap()
        self.link = self._build_link()
        keeping = ClockKeeping(self.clock, self.store.state, self.store.state)
        commands = self._build_commands()
        ports = SessionPorts(
            self.link, self.store.journal, self.store.state, self.clock, readers=tuple, commands=commands
        )
        self.session = CloudSession(ports, keeping, version="simulated", told=self._in_force)
        for witness in around.witnesses:
            witness.started(identity.gateway_id, self.store.journal.outbox.next_seq, self.store.state.applied_revision)
        self.journal.append(GatewayStarted("simulated", self.store.state.applied_revision))
        loops = (
            self.link.run(self.session),
            self.session.run(),
            self.session.upload.run(),
            keeping.run(),
            commands.run(),
        )
        self.tasks = [asyncio.ensure_future(loop) for loop in loops]

    async def lose_power(self) -> None:
        """Stop in the middle of everything."""
        self.timers.end()
        for task in self.tasks:
            task.cancel()
        self.store.lose_power()
        for witness in self._around.witnesses:
            witness.power_lost(self.identity.gateway_id)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self.tasks, return_exceptions=True)

    def present(self, card_number: int, direction: Direction) -> None:
        """Somebody holds a card before a reader."""
        gateway_id = self.identity.gateway_id
        self._tell("is shown", f"card {card_number}, {direction}")
        for witness in self._around.witnesses:
            witness.tap_began(gateway_id)
        data = encode_wiegand26(FACILITY, card_number)
        self._tap.handle_card(CardPresented(READERS[direction], data, 26, self.clock.monotonic()))
        for witness in self._around.witnesses:
            witness.tap_ended(gateway_id)

    def _build_tap(self) -> CardTap:
        identity = self.identity
        bus, status = FakeBus(), FakeStatus()
        places = {
            key: ReaderPlace(key, AccessPoint(identity.lane_id, direction), DisplaySettings(), bus)
            for direction, key in READERS.items()
        }
        feedback = ReaderFeedback(places, display_catalogue())
        report = GateReport(feedback, status, lambda: None)
        self.passages = LanePassages(self.lane, TIMING, journal=self.journal, timers=self.timers, listener=report)
        knowledge = Knowledge(
            state=self.store.gate_reader,
            presence=self.store.journal.presence,
            clock=self.clock,
            catalogue=display_catalogue(),
            hash_credential=functools.partial(hash_credential, identity.credential_key),
            hash_pin=functools.partial(hash_pin, identity.credential_key),
        )
        return CardTap(
            GateParts(places, {identity.lane_id: self.passages}, feedback, PinCollection(self.timers)),
            knowledge,
            journal=self.journal,
            status=status,
            new_tap_id=lambda: f"tap_{self._around.rng.getrandbits(80):020x}",
        )

    def _build_link(self) -> CloudLinkMqtt:
        identity = self.identity
        address = CloudAddress("broker", 1, identity.site_id, identity.gateway_id, None, identity.signing_keys)
        voice = CertificateVoice(lambda: identity.speaker, self.clock.wall_ms)
        return CloudLinkMqtt(address, voice, new_client=functools.partial(SimulatedClient, self._around.broker))

    def _build_commands(self) -> RemoteCommands:
        """Commands may open; the rest of what a gateway can be told has no hands here."""
        lanes = {self.identity.lane_id: self.passages}
        modes = LaneModes(lanes, self.store.lane_orders, journal=self.journal, clock=self.clock, on_change=lambda: None)
        hands = CommandHands(lanes, modes, lambda lane_id: False, _collect_nothing, UpdateStand().updates, None)
        return RemoteCommands(self.link, self.clock, hands, run_id=self._around.rng.randbytes(8).hex())

    def _unlocked(self, direction: Direction) -> None:
        if self.passages.state is LaneState.EVACUATION:
            return  # The fire has opened the gate already, for everybody.
        for witness in self._around.witnesses:
            witness.relay_closed(self.identity.gateway_id, self.identity.lane_id, direction)
        self._around.on_open(self, direction)

    def _hear(self, seq: int, body: EventBody) -> None:
        if isinstance(body, AccessDecided):
            self._tell("decides", f"{body.outcome}, {body.reason} at revision {body.revision}, event {seq}")
        else:
            self._tell("writes", f"{body.__struct_config__.tag}, event {seq}")
        for witness in self._around.witnesses:
            witness.event_written(self.identity.gateway_id, seq, body)

    def _in_force(self, revision: int) -> None:
        self._tell("obeys", f"revision {revision}")
        for witness in self._around.witnesses:
            witness.revision_in_force(self.identity.gateway_id, revision)

    def _tell(self, what: str, detail: str) -> None:
        self._around.story.tell(self.identity.gateway_id, what, detail)


async def _collect_nothing() -> bytes:
    raise CannotCollectError("there is no machine to tell of")


class GatewayNode:
    """A gateway over all its starts: what it is, its card and its clocks last."""

    def __init__(
        self, identity: GatewayIdentity, card: Card, machine: Machine, limits: JournalLimits, around: Surroundings
    ) -> None:
        self.identity = identity
        self.machine = machine
        self.running: RunningGateway | None = None
        self._card = card
        self._limits = limits
        self._around = around

    def start(self) -> None:
        self._around.story.tell(self.identity.gateway_id, "starts")
        self.running = RunningGateway(self.identity, self._card, self.machine, self._limits, self._around)

    async def lose_power(self) -> None:
        running, self.running = self.running, None
        if running is not None:
            self._around.story.tell(self.identity.gateway_id, "loses power")
            await running.lose_power()
