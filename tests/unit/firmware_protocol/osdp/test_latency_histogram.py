import pytest

from firmware_protocol.osdp.latency_histogram import LatencyHistogram


def test_no_durations_have_no_percentile() -> None:
    assert LatencyHistogram().percentile(0.5) is None


def test_percentiles_are_right_to_within_a_fifth() -> None:
    histogram = LatencyHistogram()
    for milliseconds in range(1, 101):
        histogram.add(milliseconds / 1000)
    for share in (0.5, 0.95, 0.99, 1.0):
        percentile = histogram.percentile(share)
        assert percentile is not None
        assert share / 10 <= percentile <= share / 10 * 1.2


def test_what_is_too_long_counts_as_the_longest() -> None:
    histogram = LatencyHistogram()
    histogram.add(1e9)
    assert histogram.percentile(0.5) == pytest.approx(4.7, abs=0.1)
