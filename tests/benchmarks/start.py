"""The service from nothing to its first answer, and the memory that it holds while nobody asks anything.

`cpu_s` is the processor time of it, which says more than the seconds where other programs run beside. One start before
those that count compiles the modules, as pip does when it installs them.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Final

import httpx

from tests.benchmarks.large_club import add_club_arguments, open_club
from tests.benchmarks.report import Report, percentile
from tests.running_cloud import running_cloud

TARGET_S: Final = 2.0
TARGET_MB: Final = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_club_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5, help="starts (5)")


def run(arguments: argparse.Namespace) -> Report:
    starts, cpu, memory = [], [], []
    with open_club(arguments) as place:
        folder, url = place.folder, place.url
        _keep_compiled_modules(folder)
        with running_cloud(folder, {"DATABASE_URL": url}, "--no-worker"):
            pass
        for _ in range(arguments.rounds):
            started = time.perf_counter()
            with running_cloud(folder, {"DATABASE_URL": url}, "--no-worker") as cloud:
                httpx.get(f"http://127.0.0.1:{cloud.port('http')}/readyz").raise_for_status()
                starts.append(time.perf_counter() - started)
                cpu.append(_cpu_s(cloud.process.pid))
                memory.append(_resident_mb(cloud.process.pid))
    figures = {
        "p50_s": percentile(starts, 0.5),
        "slowest_s": max(starts),
        "cpu_s": percentile(cpu, 0.5),
        "idle_mb": max(memory),
    }
    return Report("start", figures, {"p50_s": TARGET_S, "idle_mb": TARGET_MB})


def _keep_compiled_modules(folder: Path) -> None:
    """In this folder, whatever the surroundings say of them; the processes that are started inherit it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")


def _cpu_s(pid: int) -> float:
    """User and system time of a process; fields 14 and 15 of proc_pid_stat(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024
