"""Card ready in the reader -> event in the gateway, over an emulated line, beside libosdp."""

import argparse
import random
import time
from functools import partial
from statistics import quantiles

from tests.benchmarks.osdp_line import LibosdpSetup, OurSetup, Setup
from tests.benchmarks.report import Report

_TARGETS = {115200: {"p50_ms": 8.0, "p99_ms": 20.0}, 9600: {"p50_ms": 55.0, "p99_ms": 80.0}}
_RATIO_MIN = 4.0
_DEAD_COST_MAX_MS = 20.0
_START_SECONDS = 60.0
_CARD_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--readers", type=int, default=1, help="live readers on the bus")
    parser.add_argument("--dead", type=int, default=0, help="configured readers that are not there")
    parser.add_argument("--taps", type=int, default=200)
    parser.add_argument("--peer", choices=("libosdp", "none"), default="libosdp")


def run(arguments: argparse.Namespace) -> Report:
    """Measure ours, and libosdp's tuned to a loop of 1 ms, one after the other on the same line."""
    baud, readers, dead = arguments.baud, arguments.readers, arguments.dead
    ours = _measure(OurSetup(baud=baud, readers=readers, dead=dead), readers, arguments.taps)
    figures = _percentiles("", ours)
    target: dict[str, float] = {} if dead or readers > 1 else dict(_TARGETS.get(baud, {}))
    if dead:
        alone = _measure(OurSetup(baud=baud, readers=readers, dead=0), readers, arguments.taps)
        figures |= _percentiles("without_dead_", alone)
        figures["dead_cost_p99_ms"] = figures["p99_ms"] - figures["without_dead_p99_ms"]
        target["dead_cost_p99_ms"] = _DEAD_COST_MAX_MS
    if arguments.peer == "libosdp":
        peer = _measure(LibosdpSetup(baud=baud, readers=readers, dead=dead), readers, arguments.taps)
        figures |= _percentiles("libosdp_", peer)
        figures["ratio_to_libosdp"] = figures["libosdp_p50_ms"] / figures["p50_ms"]
        if target and baud == max(_TARGETS) and not dead:
            target["ratio_to_libosdp"] = _RATIO_MIN
    return Report("osdp_latency", figures, target, higher_is_better=frozenset({"ratio_to_libosdp"}))


def _measure(setup: Setup, readers: int, taps: int) -> list[float]:
    """Milliseconds from each tap, at a random moment at a random reader, to its event."""
    rng = random.Random(1)
    if not setup.line.run_until(lambda: setup.is_ready, _START_SECONDS):
        raise TimeoutError("the readers did not come online")
    latencies = []
    for count in range(1, taps + 1):
        _pass_time(setup, rng.uniform(0.05, 0.25))
        tapped_at = time.monotonic()
        setup.tap(rng.randrange(readers))
        if not setup.line.run_until(partial(_has_read, setup, count), _CARD_SECONDS):
            raise TimeoutError("a card was lost")
        latencies.append((time.monotonic() - tapped_at) * 1000)
    return latencies


def _has_read(setup: Setup, count: int) -> bool:
    return setup.cards_read >= count


def _pass_time(setup: Setup, seconds: float) -> None:
    end = time.monotonic() + seconds
    setup.line.run_until(lambda: time.monotonic() >= end, seconds + 1)


def _percentiles(prefix: str, latencies: list[float]) -> dict[str, float]:
    cuts = quantiles(latencies, n=100, method="inclusive")
    return {
        f"{prefix}p50_ms": cuts[49],
        f"{prefix}p95_ms": cuts[94],
        f"{prefix}p99_ms": cuts[98],
        f"{prefix}max_ms": max(latencies),
    }
