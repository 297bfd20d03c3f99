"""A real `tornello-gateway run` with 240,000 credentials, its network absent: memory, and start to first decision.

The clock starts when the process does; the first card lies on the reader as soon as the secure channel stands.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from gateway.identity import save_identity
from sync_protocol.state_rows import SiteRow, StateRow
from tests.benchmarks.report import Report, percentile
from tests.desired_state import flag_row, member_rows
from tests.reader_on_pty import ReaderOnPty
from tests.running_gateway import SCBK, contract, identity, member, prepare_state, write_config
from tests.turnstile_on_socket import TurnstileOnSocket

CARD = 100
CREDENTIALS = 240_000
FLAGGED_SHARE = 10
PATIENCE_S = 60.0
SITE = SiteRow("sit_test", "Club", "Europe/Rome", "en")
TARGETS = {"resident_mb": 80.0, "start_to_first_decision_s": 2.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--credentials", type=int, default=CREDENTIALS, metavar="N")
    parser.add_argument("--starts", type=int, default=5, metavar="N", help="how often it is started")
    parser.add_argument("--taps", type=int, default=100, metavar="N", help="taps before memory is looked at")
    parser.add_argument("--settle-s", type=float, default=20.0, help="work in the background before that, in seconds")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-footprint-") as folder:
        return asyncio.run(_measure(Path(folder), arguments))


async def _measure(folder: Path, arguments: argparse.Namespace) -> Report:
    await prepare_state(folder / "state", _rows(arguments.credentials))
    save_identity(folder / "state", replace(identity(), signing_keys={"00": bytes(32)}))
    starts = [await _start_and_tap(folder, taps=1) for _ in range(arguments.starts - 1)]
    last = await _start_and_tap(folder, taps=arguments.taps, settle_s=arguments.settle_s)
    starts.append(last)
    figures = {
        "resident_mb": last.resident_mb,
        "peak_mb": last.peak_mb,
        "start_to_first_decision_s": percentile([start.first_decision_s for start in starts], 0.5),
        "slowest_start_s": max(start.first_decision_s for start in starts),
        "cpu_to_first_decision_s": percentile([start.cpu_s for start in starts], 0.5),
        "credentials": float(arguments.credentials),
        "state_mb": (folder / "state" / "entitlements.db").stat().st_size / 1e6,
    }
    return Report("gateway_footprint", figures, TARGETS)


class _Start:
    """What one life of the process showed."""

    def __init__(self, first_decision_s: float, cpu_s: float, process: Process) -> None:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":" in line
        )
        self.first_decision_s = first_decision_s
        self.cpu_s = cpu_s
        self.resident_mb = int(status["VmRSS"].split()[0]) * 1024 / 1e6
        self.peak_mb = int(status["VmHWM"].split()[0]) * 1024 / 1e6


async def _start_and_tap(folder: Path, *, taps: int, settle_s: float = 0.0) -> _Start:
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(ReaderOnPty(scbk=SCBK))
        (folder / "lane.sock").unlink(missing_ok=True)
        turnstile = await stack.enter_async_context(TurnstileOnSocket(folder / "lane.sock"))
        write_config(folder, port=reader.port)
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway.cli", "run", "--config", str(folder / "gateway.toml")),
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        try:
            await reader.until(lambda: bool(reader.lines), timeout_s=PATIENCE_S)
            await _tap(reader, turnstile)
            first_decision_s, cpu_s = time.monotonic() - started, _cpu_seconds(process)
            for _ in range(taps - 1):
                await _tap(reader, turnstile)
            await asyncio.sleep(settle_s)
            return _Start(first_decision_s, cpu_s, process)
        finally:
            process.terminate()
            await process.wait()


async def _tap(reader: ReaderOnPty, turnstile: TurnstileOnSocket) -> None:
    before = len(turnstile.pulses)
    reader.present(CARD)
    await turnstile.until(lambda: len(turnstile.pulses) > before, timeout_s=PATIENCE_S)
    turnstile.rotate("in")
    await turnstile.until(lambda: not turnstile.relays["in"], timeout_s=PATIENCE_S)


def _cpu_seconds(process: Process) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rows(count: int) -> list[StateRow]:
    """A club whose members have a card each, every tenth a flag, and one member who taps."""
    rows: list[StateRow] = [SITE, *member(CARD, contract(CARD))]
    for number in range(1, count):
        rows.extend(member_rows(number))
        if number % FLAGGED_SHARE == 0:
            rows.append(flag_row(number, number))
    return rows
