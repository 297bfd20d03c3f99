"""What happened on the line with one reader, counted, for health reports and diagnosis."""

from dataclasses import dataclass

from firmware_protocol.osdp.latency_histogram import LatencyHistogram


@dataclass(frozen=True, slots=True)
class CounterReport:
    """Counts since the reader was added; ``latency_..._s`` from transmission to the whole reply."""

    transmissions: int
    retries: int
    replies: int
    silences: int
    naks: int
    busy_replies: int
    security_failures: int
    latency_p50_s: float | None
    latency_p99_s: float | None


class ReaderCounters:
    """Counts as it goes; ``report`` gives a copy."""

    def __init__(self) -> None:
        self.transmissions = 0
        self.retries = 0
        self.replies = 0
        self.silences = 0
        self.naks = 0
        self.busy_replies = 0
        self.security_failures = 0
        self.latencies = LatencyHistogram()

    def report(self) -> CounterReport:
        """The counts as they are now."""
        return CounterReport(
            transmissions=self.transmissions,
            retries=self.retries,
            replies=self.replies,
            silences=self.silences,
            naks=self.naks,
            busy_replies=self.busy_replies,
            security_failures=self.security_failures,
            latency_p50_s=self.latencies.percentile(0.50),
            latency_p99_s=self.latencies.percentile(0.99),
        )
