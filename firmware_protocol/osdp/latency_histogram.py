"""Percentiles of durations in fixed memory: counts in buckets that grow by a fifth each."""

from bisect import bisect_left

_FIRST_BOUND, _GROWTH, _BUCKETS = 0.0001, 1.2, 60
_BOUNDS = tuple(_FIRST_BOUND * _GROWTH**index for index in range(_BUCKETS))
"""From 0.1 ms to 4.7 s; what is longer counts as the last."""


class LatencyHistogram:
    """Durations in seconds; ``percentile`` is right to within a fifth."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0

    def add(self, duration: float) -> None:
        """Count one duration."""
        self._counts[min(bisect_left(_BOUNDS, duration), _BUCKETS - 1)] += 1
        self.count += 1

    def percentile(self, share: float) -> float | None:
        """The duration, in seconds, that ``share`` (0..1) of all stay within; None when there are none."""
        if not self.count:
            return None
        wanted, seen = share * self.count, 0
        bounds = iter(zip(_BOUNDS, self._counts, strict=True))
        bound, count = next(bounds)
        while (seen := seen + count) < wanted:
            bound, count = next(bounds)
        return bound
