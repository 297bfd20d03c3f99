"""What Prometheus gets to read: exchanges as they end, and the club's state looked up when it asks.

Imported only where metrics are wanted. Names end in their unit; no label tells a person.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select

from cloud.access_events.models import AccessEvent
from cloud.alarms import service as alarms
from cloud.database import DATABASE_FAULTS, Database, UnitOfWork
from cloud.desired_state.lag import lags
from cloud.sites import service as sites

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class CloudMetrics:
    """`count` is told of each exchange; `text` is what a scrape gets."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "tornello_http_requests",
            "Exchanges by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tornello_http_request_seconds",
            "How long an exchange took.",
            ("kind",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._registry.register(self)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One exchange has ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels("api" if route.startswith("/api/") else "page").observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format; blocks for a few queries."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the database knows now; `tornello_database_up` 0 while it does not answer."""
        is_up = GaugeMetricFamily("tornello_database_up", "Whether the database answers.")
        try:
            with self._database.session() as session:
                found = list(_look_up(session))
        except DATABASE_FAULTS:
            found = []
        is_up.add_metric((), float(bool(found)))
        yield is_up
        yield from found


def _look_up(session: UnitOfWork) -> Iterator[Metric]:
    gateways = sites.list_gateways(session)
    behind = lags(session, gateways)
    connected = GaugeMetricFamily("tornello_gateway_connected", "1 while heard of.", labels=("site_id", "gateway_id"))
    lag = GaugeMetricFamily("tornello_gateway_behind_revisions", "Not yet in force.", labels=("site_id", "gateway_id"))
    for gateway in gateways:
        labels = (gateway.site_id, gateway.id)
        connected.add_metric(labels, float(sites.is_connected(gateway, session.now)))
        lag.add_metric(labels, float(behind[gateway.id].revisions if gateway.id in behind else 0))
    yield connected
    yield lag
    events = CounterMetricFamily("tornello_access_events", "Events that were taken over.")
    events.add_metric((), float(session.scalar(select(func.max(AccessEvent.id))) or 0))
    yield events
    urgent = GaugeMetricFamily("tornello_alarms_urgent", f"Waiting for somebody, up to {alarms.COUNTED_MAX}.")
    urgent.add_metric((), float(alarms.count_urgent(session)))
    yield urgent
