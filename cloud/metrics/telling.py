"""Metrics where an address for them is set; without one nothing of Prometheus is even imported."""

import asyncio
from typing import Protocol

from cloud.database import Database
from cloud.metrics.listener import MetricsListener
from cloud.settings import Address


class Metrics(Protocol):
    """What counts exchanges, and tells all metrics as text."""

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One exchange has ended."""

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""


def metrics_of(address: Address | None, database: Database) -> Metrics | None:
    """Metrics for the listener at this address; None: nobody asks."""
    if address is None:
        return None
    from cloud.metrics.exposition import CloudMetrics

    return CloudMetrics(database)


def tell_metrics(
    tasks: asyncio.TaskGroup, address: Address | None, database: Database, metrics: Metrics | None
) -> tuple[asyncio.Task[None], ...]:
    """Begin to tell, as tasks to be cancelled at the end."""
    if address is None or metrics is None:
        return ()
    from cloud.metrics.exposition import CONTENT_TYPE

    return (tasks.create_task(MetricsListener(database, metrics.text, CONTENT_TYPE).run(address)),)
