"""A reader is unplugged and plugged in again: how long until it is online in the secure channel?"""

import argparse
import time

from tests.benchmarks.osdp_line import LibosdpSetup, OurSetup
from tests.benchmarks.report import Report

_TARGET_S = 1.0
_START_SECONDS = 30.0
_PEER_LIMIT_SECONDS = 400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--unplugged", type=float, default=15.0, help="seconds without the reader")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", choices=("libosdp", "none"), default="none", help="libosdp takes five minutes")


def run(arguments: argparse.Namespace) -> Report:
    """Measure ours some times, and libosdp's once if wanted."""
    times = [
        _measure(OurSetup(baud=arguments.baud, readers=1, dead=0), arguments.unplugged, _START_SECONDS)
        for _ in range(arguments.rounds)
    ]
    figures = {"reattach_max_s": max(times), "reattach_min_s": min(times)}
    if arguments.peer == "libosdp":
        peer = LibosdpSetup(baud=arguments.baud, readers=1, dead=0)
        figures["libosdp_reattach_s"] = _measure(peer, arguments.unplugged, _PEER_LIMIT_SECONDS)
    return Report("osdp_reattach", figures, {"reattach_max_s": _TARGET_S})


def _measure(setup: OurSetup | LibosdpSetup, unplugged_s: float, limit_s: float) -> float:
    """Seconds from plugging the only reader in again to its being online and secure."""
    if not setup.line.run_until(lambda: setup.is_ready, _START_SECONDS):
        raise TimeoutError("the reader did not come online")
    setup.line.cut(setup.devices[0])
    unplugged_at = time.monotonic()
    setup.line.run_until(lambda: time.monotonic() >= unplugged_at + unplugged_s, unplugged_s + 1)
    setup.line.plug(setup.devices[0])
    plugged_at = time.monotonic()
    if not setup.line.run_until(lambda: setup.is_ready, limit_s):
        raise TimeoutError(f"the reader was not back within {limit_s} s")
    return time.monotonic() - plugged_at
