"""Puts together what looks into a running gateway: the self-test, the requests of the control socket.

`InspectedGateway` is the gateway as they see it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.adapters.cloud_link_mqtt import CloudLinkMqtt
from gateway.adapters.local_control import LocalControl
from gateway.adapters.metrics_http import MetricsServer
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.bootstrap_lanes import Lanes
from gateway.config import GatewayConfig
from gateway.config_lanes import LaneConfig
from gateway.control_client import CONTROL_SOCKET
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback
from gateway.domain.lane_inputs import LaneSignal
from gateway.identity import tls_files
from gateway.inspection.explaining import Explainer, PlacedReader
from gateway.inspection.muster import MusterRoll
from gateway.inspection.requests import InspectionRequests, TapDesk
from gateway.self_test.gate_checks import Counters, KnownState, LinkState
from gateway.self_test.live import LaneUnderTest, LiveSelfTest
from gateway.self_test.machine_checks import certificate_end_s, free_bytes
from gateway.self_test.report_file import ReportFile
from gateway.service.card_tap import CardTap, Knowledge
from gateway.service.cloud_session import CloudSession
from gateway.service.dry_tap import NOBODYS_HASH, DryTap
from gateway.service.passage import LanePassages
from gateway.service.ports import Clock, Lane
from gateway.service.reader_feedback import ReaderPlace
from gateway.service.recent_events import RecentEvents
from gateway.service.status_records import ReaderReport
from gateway.service.tap_facts import TapCircumstances
from gateway.service.tap_ids import TapIds
from gateway.supervisor import Loop
from sync_protocol.journal_events import JournalEvent

_PASSAGE_SIGNS: Final = (LaneSignal.ROTATION_IN, LaneSignal.ROTATION_OUT, LaneSignal.OPEN)
TEST_TEXT: Final = ("Self-test",)
TEST_TEXT_MS: Final = 3_000


class InspectedGate(Protocol):
    """The turnstile side of the gateway."""

    @property
    def places(self) -> Mapping[ReaderKey, ReaderPlace]: ...

    @property
    def reports(self) -> Sequence[ReaderReport]: ...

    @property
    def lanes(self) -> Lanes: ...

    @property
    def tap(self) -> CardTap: ...

    @property
    def knowledge(self) -> Knowledge: ...

    @property
    def tap_ids(self) -> TapIds: ...


@dataclass(frozen=True)
class InspectedGateway:
    """Implements `gateway.self_test.live.GatewayUnderTest`."""

    gate: InspectedGate
    store: GatewayStore
    cloud_link: CloudLinkMqtt
    session: CloudSession
    dry_tap: DryTap

    @property
    def lanes(self) -> Sequence[LaneUnderTest]:
        return [_tested(config, lane, passages) for config, lane, passages in self.gate.lanes.known]

    @property
    def readers(self) -> Sequence[ReaderReport]:
        return self.gate.reports

    @property
    def link(self) -> LinkState:
        failure = self.cloud_link.failure
        if failure is None:
            return LinkState(self.cloud_link.is_connected, self.session.is_welcome, "")
        return LinkState(self.cloud_link.is_connected, self.session.is_welcome, str(failure), failure.reason)

    @property
    def state(self) -> KnownState:
        view = self.store.gate_reader.find_gate_view(NOBODYS_HASH)
        lease_days = None if view.site is None else view.site.rules.lease_days
        return KnownState(view.revision, self.store.state.is_damaged, lease_days, view.last_contact_at)

    @property
    def events_waiting(self) -> int:
        outbox = self.store.journal.outbox
        return outbox.next_seq - outbox.first_seq

    @property
    def disk_fault(self) -> str | None:
        return self.store.journal.fault

    def counters(self, reader: str) -> Counters:
        """What was counted on the wire with this reader."""
        key = ReaderKey(reader)
        return self.gate.places[key].bus.counters(key)

    def show_test(self, reader: str) -> None:
        """Let the display of this reader show that it is tested, for a few seconds."""
        key = ReaderKey(reader)
        self.gate.places[key].bus.show(key, Feedback(None, TEST_TEXT, TEST_TEXT_MS))

    def tap_for_nobody(self) -> int:
        """Decide about a card that nobody has; microseconds. Raises when it is let in."""
        return self.dry_tap.tap_for_nobody()


class Inspection:
    """What looks into this gateway; `loops` are to be supervised, `take` is to be told each event."""

    def __init__(self, config: GatewayConfig, inspected: InspectedGateway, clock: Clock, *, version: str) -> None:
        self._recent = RecentEvents()
        self.self_test = LiveSelfTest(inspected, clock, config.state_dir, ReportFile(config.state_dir))
        requests = InspectionRequests(_tap_desk(inspected, clock), inspected.store.journal, self._recent)
        handlers = {
            "self_test": self.self_test.handle,
            "tap": requests.tap,
            "explain": _explainer(inspected, clock).handle,
            "muster": MusterRoll(inspected.store.gate_reader, inspected.store.journal.presence, clock).handle,
            "journal": requests.journal,
            "journal_page": requests.journal_page,
        }
        self.control = LocalControl(config.state_dir / CONTROL_SOCKET, handlers)
        self.loops: tuple[Loop, ...] = (Loop("local control", self.control.run),)
        self._count: Callable[[JournalEvent], None] | None = None
        if config.metrics_port:
            self._add_metrics(config, inspected, clock, version)

    def take(self, event: JournalEvent) -> None:
        """An event has just happened."""
        self._recent.take(event)
        if self._count is not None:
            self._count(event)

    def _add_metrics(self, config: GatewayConfig, inspected: InspectedGateway, clock: Clock, version: str) -> None:
        # Imported only where it is wanted: it costs 3 MiB.
        from gateway.inspection.metrics import CONTENT_TYPE, GatewayMetrics, Gauges

        journal = inspected.store.journal
        gauges = Gauges(
            commit_s=lambda: journal.commit_s,
            self_tap_s=lambda: inspected.dry_tap.self_tap_s,
            disk_free_bytes=lambda: free_bytes(config.state_dir),
            machine_time_s=time.time,
            certificate_end_s=lambda: certificate_end_s(tls_files(config.state_dir).certificate),
        )
        metrics = GatewayMetrics(inspected, clock, gauges, version=version)
        server = MetricsServer(config.metrics_port, metrics.text, CONTENT_TYPE)
        self._count = metrics.take
        self.loops = (*self.loops, Loop("metrics", server.run))


def _tap_desk(inspected: InspectedGateway, clock: Clock) -> TapDesk:
    gate = inspected.gate
    return TapDesk(
        places=gate.places,
        lane_names={lane.lane_id: config.name for config, lane, _ in gate.lanes.known},
        lanes=gate.lanes.passages,
        tap=gate.tap.handle_card,
        tap_ids=gate.tap_ids,
        dry=inspected.dry_tap,
        now=clock.monotonic,
    )


def _explainer(inspected: InspectedGateway, clock: Clock) -> Explainer:
    gate, journal = inspected.gate, inspected.store.journal
    names = {lane.lane_id: config.name for config, lane, _ in gate.lanes.known}
    readers = [
        PlacedReader(key, names[place.access_point.lane_id], place.access_point, place.reading)
        for key, place in gate.places.items()
    ]
    passages = {one.lane_id: one for _, _, one in gate.lanes.known}
    return Explainer(readers, gate.knowledge, TapCircumstances(passages, clock, journal.presence, journal))


def _tested(config: LaneConfig, lane: Lane, passages: LanePassages) -> LaneUnderTest:
    return LaneUnderTest(
        name=config.name,
        relays=config.relays,
        has_passage_input=not config.inputs.isdisjoint(_PASSAGE_SIGNS),
        pulse_ms=config.timing.pulse_ms,
        state=lambda: passages.state,
        mode=lambda: passages.mode,
        unlock=lane.unlock,
    )
