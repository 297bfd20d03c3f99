"""Bytes of a card at the serial port until the relay is set: the whole gateway, secure channel, 115200.

Reader and turnstile run in a process of their own. They stamp the moment at which the card's reply is written to the
line, and the moment at which the relay's word arrives; both read the machine's one monotonic clock. The transmission
on a real wire (about 3 ms for this reply at 115200) is not part of it.
"""

import argparse
import asyncio
import contextlib
import logging
import multiprocessing
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from pathlib import Path

from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.bootstrap import serve_gateway
from gateway.config import load_config
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.messages import SnapshotChunk
from sync_protocol.signing import SiteSigner, SiteVerifier
from sync_protocol.state_rows import SiteRow
from sync_protocol.topics import down_topic
from tests.benchmarks.report import Report, percentile
from tests.desired_state import DesiredState, load, member_rows
from tests.held_disk import HeldDisk
from tests.reader_on_pty import ReaderOnPty
from tests.running_gateway import SCBK, contract, identity, member, write_config
from tests.turnstile_on_socket import TurnstileOnSocket

CARD = 100
SNAPSHOT_MEMBERS = 100_000
SLOW_SYNC_S = 0.05
TARGET_P99_MS = 25.0
LONGEST_WAIT_S = 30.0
SITE = SiteRow("sit_test", "Club", "Europe/Rome", "it")
SIGNER = SiteSigner(bytes(range(32)))
TOPIC = down_topic("sit_test", "gwy_test", "snapshot")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--taps", type=int, default=300, metavar="N")
    parser.add_argument("--snapshot", action="store_true", help="while a snapshot of 100,000 members is applied")
    parser.add_argument("--slow-sync", action="store_true", help="while each sync of the disk takes 50 ms")


def run(arguments: argparse.Namespace) -> Report:
    logging.disable()
    with tempfile.TemporaryDirectory(prefix="tornello-tap-") as folder:
        samples_ms, rows_per_s = asyncio.run(_measure(Path(folder), arguments))
    figures = {
        "p50_ms": percentile(samples_ms, 0.5),
        "p95_ms": percentile(samples_ms, 0.95),
        "p99_ms": percentile(samples_ms, 0.99),
        "max_ms": max(samples_ms),
        "taps": len(samples_ms),
        "rows_applied_per_s": rows_per_s,
    }
    return Report("tap_to_relay", figures, {"p99_ms": TARGET_P99_MS})


async def _measure(folder: Path, arguments: argparse.Namespace) -> tuple[list[float], float]:
    signed = _signed_snapshot() if arguments.snapshot else []
    applied: Counter[str] = Counter()
    ours, theirs = multiprocessing.Pipe()
    other_side = multiprocessing.get_context("spawn").Process(
        target=_reader_and_turnstile, args=(theirs, folder / "lane.sock", arguments.taps), daemon=True
    )
    other_side.start()
    theirs.close()  # so that its end is noticed here
    try:
        write_config(folder, port=await asyncio.to_thread(ours.recv))
        async with _gateway(folder, is_slow=arguments.slow_sync) as store:
            started = time.monotonic()
            loading = asyncio.create_task(_apply_snapshots(store, signed, applied)) if signed else None
            await asyncio.to_thread(ours.send, "begin")
            samples: list[float] = await asyncio.to_thread(ours.recv)
            elapsed_s = time.monotonic() - started
            if loading is not None:
                loading.cancel()
                await asyncio.gather(loading, return_exceptions=True)
        await asyncio.to_thread(ours.send, "end")
    finally:
        other_side.join(timeout=2)
        other_side.kill()
    return samples, applied["rows"] / elapsed_s


@contextlib.asynccontextmanager
async def _gateway(folder: Path, *, is_slow: bool) -> AsyncIterator[GatewayStore]:
    clock = SystemClock()
    factory = HeldDisk(SLOW_SYNC_S).connection_type if is_slow else sqlite3.Connection
    store = GatewayStore.open(folder / "state", clock, factory=factory)
    path = folder / "gateway.toml"
    serving = asyncio.create_task(serve_gateway(load_config(path), identity(), store, clock, config_path=path))
    try:
        await asyncio.sleep(0.1)
        desired = DesiredState()
        desired.put(SITE, *member(CARD, contract(CARD)))
        await load(store.state, desired)
        await store.state.note_contact(int(time.time()))
        yield store
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def _signed_snapshot() -> list[bytes]:
    """The chunks of a big club as they come from the broker."""
    desired = DesiredState()
    desired.put(SITE, *member(CARD, contract(CARD)), *(row for n in range(SNAPSHOT_MEMBERS) for row in member_rows(n)))
    return [SIGNER.sign(TOPIC, encode_message(chunk)) for chunk in desired.chunks("big")]


async def _apply_snapshots(store: GatewayStore, signed: list[bytes], applied: Counter[str]) -> None:
    """The same snapshot again and again, as fast as the gateway takes it."""
    verifier = SiteVerifier({SIGNER.key_id: SIGNER.public_key})
    while True:
        for data in signed:
            chunk = parse_message(verifier.open(TOPIC, data), "down", "snapshot")
            assert isinstance(chunk, SnapshotChunk), "only chunks were signed"
            await store.state.stage_chunk(chunk)
            applied["rows"] += len(chunk.rows)


def _reader_and_turnstile(pipe: Connection, socket: Path, taps: int) -> None:
    asyncio.run(_present_cards(pipe, socket, taps))


async def _present_cards(pipe: Connection, socket: Path, taps: int) -> None:
    async with ReaderOnPty(scbk=SCBK) as reader, TurnstileOnSocket(socket) as turnstile:
        pipe.send(reader.port)
        await asyncio.to_thread(pipe.recv)
        await reader.until(lambda: reader.lines.get(1, "") != "", timeout_s=LONGEST_WAIT_S)
        await turnstile.until(lambda: turnstile.is_connected, timeout_s=LONGEST_WAIT_S)
        pipe.send([await _tap(reader, turnstile) for _ in range(taps)])
        await asyncio.to_thread(pipe.recv)


async def _tap(reader: ReaderOnPty, turnstile: TurnstileOnSocket) -> float:
    """One member walks in; milliseconds from the card's bytes on the line to the relay."""
    before = len(turnstile.pulses)
    reader.present(CARD)
    await turnstile.until(lambda: len(turnstile.pulses) > before, timeout_s=LONGEST_WAIT_S)
    elapsed_ms = (turnstile.closed_at - reader.card_sent_at) * 1000
    turnstile.rotate("in")
    await turnstile.until(lambda: not turnstile.relays["in"], timeout_s=LONGEST_WAIT_S)
    return elapsed_ms
