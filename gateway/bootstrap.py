"""Puts the gateway together: the only file that knows the concrete classes behind the ports.

`run_gateway` opens the store, builds the gate (lanes, buses, the tap) and the sync, and supervises their loops.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.local_status import LocalStatus
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.adapters.watchdog_systemd import SystemdNotifier
from gateway.bootstrap_certificates import open_certificates
from gateway.bootstrap_commands import build_commands
from gateway.bootstrap_inspection import InspectedGateway, Inspection
from gateway.bootstrap_lanes import Lanes
from gateway.bootstrap_readers import build_wires, place_readers
from gateway.bootstrap_sharing import build_sharing
from gateway.bootstrap_update import software_version
from gateway.broker_addresses import known_addresses, save_moves
from gateway.config import GatewayConfig
from gateway.domain.access_point import ReaderKey
from gateway.identity import Identity, tls_files
from gateway.lane_release import make_lanes_safe
from gateway.service.broker_choice import BrokerChoice
from gateway.service.card_tap import CardTap, GateParts, Knowledge
from gateway.service.certificate_renewal import CertificateRenewal, CertificateStatus
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from gateway.service.dry_tap import NOBODYS_HASH, DryTap
from gateway.service.gate_report import GateReport
from gateway.service.health import Health
from gateway.service.keypad_check import KeypadCheck
from gateway.service.lane_health import find_unusual
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented, Clock, CodePresented, KeysPressed, ReaderEvent
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.reader_watch import ReaderWatch
from gateway.service.status_records import GatewayStatus, ReaderReport, Record, state_record, with_counters
from gateway.service.tap_ids import TapIds
from gateway.status_client import BUS_SOCKET, STATUS_SOCKET
from gateway.supervisor import Loop, supervise
from gateway.texts.catalogue import Catalogue, load_catalogue
from sync_protocol.credential_hash import hash_credential, hash_pin
from sync_protocol.journal_events import GatewayStarted
from sync_protocol.messages import ReaderHealth

HEALTH_CHECK_S: Final = 10.0
STATE_LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Core:
    """What the gate needs from the rest: who this gateway is, what it knows, what time it is, how it speaks."""

    identity: Identity
    store: GatewayStore
    clock: Clock
    catalogue: Catalogue
    is_connected: Callable[[], bool]
    link_fault: Callable[[], str] = str
    broker: Callable[[], str] = str
    certificate: Callable[[], CertificateStatus | None] = lambda: None

    @property
    def knowledge(self) -> Knowledge:
        """What taps are decided from."""
        key = self.identity.credential_key
        return Knowledge(
            state=self.store.gate_reader,
            presence=self.store.journal.presence,
            clock=self.clock,
            catalogue=self.catalogue,
            hash_credential=functools.partial(hash_credential, key),
            hash_pin=functools.partial(hash_pin, key),
        )


class Gate:
    """The turnstile side of one gateway, built from its configuration; `loops` are to be supervised.

    Raises:
        GpioError: a lane's lines cannot be had.
    """

    def __init__(self, config: GatewayConfig, core: Core) -> None:
        self._core = core
        self._published: Record = {}
        self.tap_ids = TapIds()
        self.status = LocalStatus(config.state_dir / STATUS_SOCKET, greeting=self._whole_state)
        # What crosses a bus is for this gateway's own user alone: readers in plain text tell card numbers there.
        capture = LocalStatus(
            config.state_dir / BUS_SOCKET, greeting=functools.partial(_name_buses, config), mode=0o600
        )
        wires = build_wires(config, capture)
        self._places = place_readers(config, wires, core.identity.lane_id)
        self._feedback = ReaderFeedback(self._places, core.catalogue, config.feedback)
        self._keypads = KeypadCheck(self._places.values())
        report = GateReport(self._feedback, self.status, self.publish_state)
        self._lanes = Lanes(config, core.identity.lane_id, wires)
        self._lanes.follow(core.store, core.clock, report, self.publish_state)
        self._watch = ReaderWatch(
            self._places,
            journal=core.store.journal,
            feedback=self._feedback,
            timers=asyncio.get_running_loop(),
            on_change=self.publish_state,
        )
        self._pins = PinCollection(asyncio.get_running_loop(), timeout_s=config.pin_timeout_s)
        self.tap = self._build_tap(GateParts(self._places, self._lanes.passages, self._feedback, self._pins))
        for wire in wires:
            wire.bus.set_listener(self._handle_reader)
        self.loops = (
            *(Loop(f"lane {lane_id}", lane.run) for lane_id, lane in self._lanes.adapters.items()),
            # Behind the lanes, which begin with open relays: a mode that is still in force closes some again.
            Loop("lane modes", self._lanes.modes.run),
            *(Loop(wire.name, wire.bus.run) for wire in wires),
            Loop("local status", self.status.run),
            Loop("bus capture", capture.run),
            Loop("state", self._publish_changes),
        )

    @property
    def lanes(self) -> Lanes:
        """Every lane."""
        return self._lanes

    @property
    def knowledge(self) -> Knowledge:
        """What its taps are decided from."""
        return self._core.knowledge

    @property
    def places(self) -> Mapping[ReaderKey, ReaderPlace]:
        """Where each reader stands."""
        return self._places

    @property
    def reports(self) -> Sequence[ReaderReport]:
        """How the readers are, with all that is known of them."""
        return self._watch.reports

    @property
    def readers(self) -> tuple[ReaderHealth, ...]:
        """How the readers are, for the heartbeat."""
        return self._watch.health

    def _build_tap(self, parts: GateParts) -> CardTap:
        core = self._core
        return CardTap(
            parts,
            core.knowledge,
            journal=core.store.journal,
            status=self.status,
            new_tap_id=self.tap_ids,
        )

    def _handle_reader(self, happened: ReaderEvent) -> None:
        match happened:
            case CardPresented() | CodePresented():
                self.tap.handle_card(happened)
            case KeysPressed():
                self._pins.press(happened)
            case _:
                self._watch.handle_status(happened)
                self._lanes.handle_status(happened)

    def handle_applied(self, revision: int) -> None:
        """Another state is in force; the site may speak another language in it, and have other rules."""
        site = self._core.store.gate_reader.find_gate_view(NOBODYS_HASH).site
        self._feedback.learn_site(site)
        self._keypads.learn_site(site)
        self._core.store.journal.presence.learn_site(site)
        self.publish_state()

    def publish_state(self) -> None:
        """Tell the local listeners how the gateway is now."""
        self._published = self._state()
        self.status.publish(self._counted(self._published))

    async def _publish_changes(self) -> None:
        """What nobody tells (the outbox, the link, the clock) is looked at once a second."""
        while True:
            await asyncio.sleep(STATE_LOOK_S)
            if self._state() != self._published:
                self.publish_state()

    def _whole_state(self) -> Record:
        return self._counted(self._state())

    def _counted(self, state: Record) -> Record:
        """Counters are not part of the state: it would never be the same for two seconds."""
        return with_counters(state, {key: place.bus.counters(key) for key, place in self._places.items()})

    def _state(self) -> Record:
        core = self._core
        return state_record(
            GatewayStatus(
                gateway_id=core.identity.gateway_id,
                site_name=core.identity.site_name,
                software_version=software_version(),
                revision=core.store.state.applied_revision,
                clock=core.clock.trust,
                is_connected=core.is_connected(),
                outbox=core.store.journal.outbox,
                disk_fault=core.store.journal.fault,
                lanes=self._lanes.reports,
                readers=self._watch.reports,
                link_fault=core.link_fault(),
                broker=core.broker(),
                policy_fault=core.store.gate_reader.policy_fault,
                certificate=core.certificate(),
            )
        )


def _name_buses(config: GatewayConfig) -> Record:
    return {"buses": [{"port": bus.port, "baud": bus.baud} for bus in config.buses]}


def _cloud_address(state_dir: Path, identity: Identity) -> CloudAddress:
    return CloudAddress(
        identity.broker_host,
        identity.broker_port,
        identity.site_id,
        identity.gateway_id,
        tls=tls_files(state_dir),
        signing_keys=identity.signing_keys,
    )


def _choose_broker(config: GatewayConfig, identity: Identity) -> BrokerChoice:
    return BrokerChoice(
        known_addresses(config.state_dir, identity, config.broker),
        keep=functools.partial(save_moves, config.state_dir),
        now_s=asyncio.get_running_loop().time,
    )


def _build_core(
    identity: Identity, store: GatewayStore, clock: Clock, *, link: CloudLinkMqtt, renewal: CertificateRenewal
) -> Core:
    return Core(
        identity,
        store,
        clock,
        load_catalogue(),
        is_connected=lambda: link.is_connected,
        link_fault=lambda: link.fault,
        broker=lambda: link.broker,
        certificate=lambda: renewal.status,
    )


async def _feed_watchdog(health: Health, notifier: SystemdNotifier) -> None:
    """Prove again and again that the gateway works; as soon as it does not, this loop dies, and the process with it."""
    period_s = notifier.watchdog_s / 2 if notifier.watchdog_s else HEALTH_CHECK_S
    while True:
        await health.check()
        notifier.tell_alive()
        await asyncio.sleep(period_s)


async def run_gateway(config: GatewayConfig, identity: Identity, config_path: Path) -> None:
    """Run until a signal asks to stop.

    Raises:
        StoreBusyError, GpioError, CatalogueMissingError: it cannot start.
        LoopDiedError: a part of it failed; systemd starts the process again.
    """
    # Before anything that takes time: whatever the process before left the relays at.
    make_lanes_safe(config)
    clock = SystemClock()
    store = GatewayStore.open(config.state_dir, clock)
    await serve_gateway(config, identity, store, clock, config_path=config_path)


async def serve_gateway(
    config: GatewayConfig, identity: Identity, store: GatewayStore, clock: SystemClock, *, config_path: Path
) -> None:
    """Run as `run_gateway` does, on a store that is open already; it is closed at the end."""
    clock.raise_floor(store.clock_floor_ms)
    notifier = SystemdNotifier.from_environment()
    async with store:
        parts = open_certificates(config.state_dir, identity)
        brokers = _choose_broker(config, identity)
        address = _cloud_address(config.state_dir, identity)
        link = CloudLinkMqtt(address, parts.voice(clock), credentials=parts.trial, brokers=brokers)
        renewal = parts.renewal(link, clock)
        core = _build_core(identity, store, clock, link=link, renewal=renewal)
        gate = Gate(config, core)
        keeping = ClockKeeping(clock, store.state, store.state)
        is_supervised = notifier.is_heard
        bundle = (config, config_path)
        commands = build_commands(gate, link, clock, is_supervised=is_supervised, bundle=bundle, brokers=brokers)
        signing_keys = parts.signing_keys(link, clock, config.state_dir)
        ports = SessionPorts(
            link,
            store.journal,
            store.state,
            clock,
            readers=lambda: gate.readers,
            self_test=lambda: inspection.self_test.latest,
            lanes=lambda: find_unusual(gate.lanes.reports),
            policy_fault=lambda: store.gate_reader.policy_fault,
            commands=commands,
            keys=signing_keys,
        )
        sharing = build_sharing(config, parts, store, clock, link=link)
        handle_applied = sharing.after(gate.handle_applied)
        session = CloudSession(ports, keeping, version=software_version(), told=handle_applied)
        handle_applied(store.state.applied_revision)
        inspected = InspectedGateway(gate, store, link, session, DryTap(core.knowledge, store.journal))
        inspection = Inspection(config, inspected, clock, version=software_version())
        loops = (
            Loop("cloud link", lambda: link.run(session)),
            Loop("cloud session", session.run),
            Loop("event upload", session.upload.run),
            Loop("remote commands", commands.run),
            Loop("software updates", commands.run_updates),
            Loop("clock keeping", keeping.run),
            Loop("certificate renewal", renewal.run),
            Loop("signing keys", signing_keys.run),
            *inspection.loops,
            *sharing.loops,
        )
        inspection.control.add("lane_mode", gate.lanes.handle_mode_request)
        store.journal.set_listener(inspection.take)
        await _run_supervised(gate, inspected, loops, notifier)


async def _run_supervised(
    gate: Gate, inspected: InspectedGateway, loops: Iterable[Loop], notifier: SystemdNotifier
) -> None:
    """Everything at once, until a part of it ends; the first event says that the gateway has started."""
    store, health = inspected.store, Health(inspected.dry_tap, inspected.store.journal)
    store.journal.append(GatewayStarted(software_version(), store.state.applied_revision))
    watchdog = Loop("health", lambda: _feed_watchdog(health, notifier))
    try:
        await supervise((*gate.loops, Loop("store", store.run), *loops, watchdog), started=notifier.tell_ready)
    finally:
        notifier.tell_stopping()
