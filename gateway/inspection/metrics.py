"""What Prometheus gets to read: counted as events happen, and looked up when it asks. Imported only where it is wanted.

Names end in their unit; no label tells a member or a card.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.self_test.live import GatewayUnderTest
from gateway.service.ports import Clock
from sync_protocol.journal_events import AccessDecided, AccessNotTaken, AccessTaken, JournalEvent

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
DECISION_BUCKETS_S: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
DAY_S: Final = 86_400
_SINCE_OPENED: Final = ("polls", "retries", "silences", "naks", "busy", "security_failures", "codes", "cards", "keys")


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is measured elsewhere: seconds of the newest durable commit and of the newest self-tap, bytes free, the
    machine's time, and when the certificate ends (UTC seconds; None without one).
    """

    commit_s: Callable[[], float]
    self_tap_s: Callable[[], float]
    disk_free_bytes: Callable[[], int]
    machine_time_s: Callable[[], float]
    certificate_end_s: Callable[[], float | None]


class GatewayMetrics:
    """`take` is told each event; `text` is what a scrape gets."""

    def __init__(self, gateway: GatewayUnderTest, clock: Clock, gauges: Gauges, *, version: str) -> None:
        self._gateway = gateway
        self._clock = clock
        self._gauges = gauges
        self._version = version
        self._registry = CollectorRegistry(auto_describe=False)
        self._taps = Counter("tornello_taps", "Cards answered.", ("reader", "outcome"), registry=self._registry)
        self._passages = Counter(
            "tornello_passages", "Grants by how they ended.", ("lane_id", "direction", "end"), registry=self._registry
        )
        self._decision_s = Histogram(
            "tornello_decision_seconds",
            "From the card to the relay.",
            buckets=DECISION_BUCKETS_S,
            registry=self._registry,
        )
        self._registry.register(self)

    def take(self, event: JournalEvent) -> None:
        """Count an event that has just happened."""
        match event.body:
            case AccessDecided() as tap:
                self._taps.labels(tap.reader, tap.outcome).inc()
                self._decision_s.observe(tap.decided_in_us / 1e6)
            case AccessTaken() as passage:
                self._passages.labels(passage.lane_id, passage.direction, "taken").inc()
            case AccessNotTaken() as passage:
                self._passages.labels(passage.lane_id, passage.direction, "not_taken").inc()

    def text(self) -> bytes:
        """All of it in the text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Implements prometheus_client's collector: what is looked up at each scrape."""
        for name, (words, value) in self._values().items():
            yield GaugeMetricFamily(f"tornello_{name}", words, value=value)
        build = GaugeMetricFamily("tornello_build_info", "1, with the version.", labels=("version",))
        build.add_metric((self._version,), 1)
        yield build
        fault = GaugeMetricFamily("tornello_link_fault", "1 for why there is no link.", labels=("reason",))
        if self._gateway.link.reason and not self._gateway.link.is_connected:
            fault.add_metric((self._gateway.link.reason,), 1)
        yield fault
        yield from self._readers()
        lanes = GaugeMetricFamily("tornello_lane_state", "1 for what the lane is doing.", labels=("lane", "state"))
        for lane in self._gateway.lanes:
            lanes.add_metric((lane.name, lane.state()), 1)
        yield lanes

    def _values(self) -> Mapping[str, tuple[str, float]]:
        gateway, state = self._gateway, self._gateway.state
        values: dict[str, tuple[str, float]] = {
            "link_up": ("1 while the broker is connected.", gateway.link.is_connected),
            "cloud_welcome": ("1 while the cloud answers.", gateway.link.is_welcome),
            "state_revision": ("The revision in force.", state.revision),
            "outbox_events": ("Events that wait for the cloud.", gateway.events_waiting),
            "disk_fault": ("1 while the disk takes nothing more.", gateway.disk_fault is not None),
            "disk_free_bytes": ("Free on the disk of the state folder.", self._gauges.disk_free_bytes()),
            "commit_seconds": ("The newest durable commit of the journal.", self._gauges.commit_s()),
            "self_tap_seconds": ("The newest tap for nobody, which feeds the watchdog.", self._gauges.self_tap_s()),
            "clock_synced": ("1 when the cloud has confirmed the time.", self._clock.trust == "synced"),
            "clock_offset_seconds": ("This machine's clock against the gateway's.", self._clock_offset_s()),
        }
        if state.lease_days is not None and state.last_contact_at is not None:
            left_s = state.last_contact_at + state.lease_days * DAY_S - self._clock.wall_ms() / 1000
            values["lease_seconds"] = ("How long allows hold without the cloud.", left_s)
        certificate_end_s = self._gauges.certificate_end_s()
        if certificate_end_s is not None:
            left_s = certificate_end_s - self._clock.wall_ms() / 1000
            values["certificate_seconds"] = ("How long the certificate is good for.", left_s)
        return values

    def _clock_offset_s(self) -> float:
        return self._gauges.machine_time_s() - self._clock.wall_ms() / 1000

    def _readers(self) -> Iterator[Metric]:
        online = GaugeMetricFamily("tornello_reader_online", "1 while it answers.", labels=("reader",))
        secure = GaugeMetricFamily("tornello_reader_secure", "1 in a secure channel.", labels=("reader",))
        latency = GaugeMetricFamily(
            "tornello_reader_reply_seconds", "How long replies take.", labels=("reader", "quantile")
        )
        counted = CounterMetricFamily(
            "tornello_reader_events", "Counted on the wire since its port was opened.", labels=("reader", "what")
        )
        for reader in self._gateway.readers:
            online.add_metric((reader.reader,), reader.is_online)
            secure.add_metric((reader.reader,), reader.is_secure)
            counters = self._gateway.counters(reader.reader)
            for name in _SINCE_OPENED:
                if (count := counters.get(name)) is not None:
                    counted.add_metric((reader.reader, name), count)
            for quantile, name in (("0.5", "latency_p50_ms"), ("0.99", "latency_p99_ms")):
                if (milliseconds := counters.get(name)) is not None:
                    latency.add_metric((reader.reader, quantile), milliseconds / 1000)
        yield from (online, secure, latency, counted)
