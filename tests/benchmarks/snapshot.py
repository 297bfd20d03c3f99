"""A club of 50,000 members to an empty gateway: from the first word of its link until all of it is in force.

`tornello-cloud serve` and mosquitto run as processes of their own, mutual TLS between all; the gateway was enrolled
over HTTPS and runs its real store and sync in a process of its own. A second gateway is killed half-way between two
chunks and started again: it asks only for the rest.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import sqlite3
import tempfile
import time
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

from cloud.database import Database
from gateway.identity import Identity, load_identity
from sync_protocol.messages import Message, SnapshotChunk
from tests.benchmarks.enrolled_site import EnrolledSite, syncing_gateway
from tests.benchmarks.large_club import write_large_club
from tests.benchmarks.report import Report

TARGET_S = 3.0
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.002


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, default=50_000, metavar="N", help="each with a card and a contract")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-snapshot-") as folder, ExitStack() as stack:
        site = EnrolledSite.set_up(Path(folder), lambda database: _found(database, arguments.members), stack)
        (first_dir, _), (second_dir, _) = site.gateways
        whole = _sync(first_dir)
        staged = _kill_half_way(second_dir, whole.chunks)
        rest = _sync(second_dir)
    figures = {
        "snapshot_s": whole.elapsed_s,
        "chunks": float(whole.chunks),
        "members": float(arguments.members),
        "staged_when_killed": float(staged),
        "chunks_after_kill": float(rest.chunks),
        "rest_s": rest.elapsed_s,
        "chunks_sent_again": float(max(0, staged + rest.chunks - whole.chunks)),
    }
    return Report("snapshot", figures, {"snapshot_s": TARGET_S, "chunks_sent_again": 0.0})


def _found(database: Database, members: int) -> tuple[str, list[str]]:
    club = write_large_club(database, members=members).club
    return club.site_id, [club.add_lane(f"Empty lane {number}") for number in (1, 2)]


class _Sync:
    """What one gateway's process told: seconds from its link's start, and chunks that came."""

    def __init__(self, elapsed_s: float, chunks: int) -> None:
        self.elapsed_s = elapsed_s
        self.chunks = chunks


def _sync(state_dir: Path) -> _Sync:
    """Let a gateway run until a state is in force."""
    process, pipe = _start(state_dir)
    try:
        assert pipe.poll(PATIENCE_S), "no state came in force"
        elapsed_s, chunks = pipe.recv()
        return _Sync(elapsed_s, chunks)
    finally:
        process.join(timeout=10)
        process.kill()


def _kill_half_way(state_dir: Path, chunks: int) -> int:
    """kill -9 as soon as half of the chunks are staged; how many the card has then."""
    process, _ = _start(state_dir)
    deadline = time.monotonic() + PATIENCE_S
    while _staged(state_dir) < chunks // 2:
        assert time.monotonic() < deadline, "the snapshot does not come"
        time.sleep(LOOK_EVERY_S)
    process.kill()
    process.join()
    return _staged(state_dir)


def _start(state_dir: Path) -> tuple[multiprocessing.process.BaseProcess, "Connection[None, tuple[float, int]]"]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run_gateway, args=(state_dir, theirs), daemon=True)
    process.start()
    return process, ours


def _staged(state_dir: Path) -> int:
    """How many chunks the card has; none as long as there is no table yet."""
    url = f"file:{state_dir}/entitlements.db?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(url, uri=True)) as reading:
            row = reading.execute("SELECT next_index FROM staging").fetchone()
    except sqlite3.OperationalError:
        return 0
    return 0 if row is None else int(row[0])


def _run_gateway(state_dir: Path, pipe: Connection) -> None:
    asyncio.run(_run_until_in_force(state_dir, load_identity(state_dir), pipe))


async def _run_until_in_force(state_dir: Path, identity: Identity, pipe: Connection) -> None:
    in_force = asyncio.Event()
    chunks = 0
    started = time.perf_counter()
    async with syncing_gateway(state_dir, identity, lambda _: in_force.set()) as (_, session):
        handle_message = session.handle_message

        async def count(message: Message) -> None:
            nonlocal chunks
            chunks += isinstance(message, SnapshotChunk)
            await handle_message(message)

        session.handle_message = count  # type: ignore[method-assign]
        await in_force.wait()
        pipe.send((time.perf_counter() - started, chunks))
