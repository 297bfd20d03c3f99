"""Lookup, rules and flags of one tap, beside a bare SQLite primary-key lookup in the same run."""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from access_policy.decide import decide
from access_policy.facts import TapFacts
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.ports import GateStateReader
from sync_protocol.digest import Digest
from sync_protocol.messages import SnapshotChunk
from sync_protocol.state_rows import FlagRow, StateRow, encode_row, row_key
from tests.benchmarks.report import Report, percentile
from tests.desired_state import credential_hash_of, member_rows, site_row
from tests.fake_clock import FakeClock

CREDENTIALS = (240_000, 2_000_000)
FLAGGED_SHARE = 10
ROWS_PER_CHUNK = 400
SEED = 20_261_121
TARGETS = {240_000: 1.0, 2_000_000: 2.0}
RATIO_MAX = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--credentials", type=int, nargs="+", default=list(CREDENTIALS), metavar="N", help="sizes of the club"
    )
    parser.add_argument("--taps", type=int, default=20_000, metavar="N", help="decisions measured for each size")


def run(arguments: argparse.Namespace) -> Report:
    figures: dict[str, float] = {}
    target: dict[str, float] = {}
    for count in arguments.credentials:
        with tempfile.TemporaryDirectory(prefix="tornello-decision-") as folder:
            figures.update(asyncio.run(_measure(Path(folder), count, arguments.taps)))
        if count in TARGETS:
            target[f"p99_ms_{count}"] = TARGETS[count]
            target[f"ratio_to_sqlite_{count}"] = RATIO_MAX
    return Report("decision", figures, target)


async def _measure(folder: Path, count: int, taps: int) -> dict[str, float]:
    clock = FakeClock()
    store = GatewayStore.open(folder, clock)
    async with store:
        started = time.perf_counter()
        await _load(store, count)
        loaded_s = time.perf_counter() - started
        await store.state.note_contact(clock.wall_ms() // 1000)
        bare = _bare_table(folder / "bare.db", count)
        rng = random.Random(SEED)
        hashes = [credential_hash_of(rng.randrange(count)) for _ in range(taps)]
        facts = TapFacts("lan_a", "in", "free", clock.wall_ms() // 1000, is_clock_trusted=True)
        decisions, lookups = _race(_decider(store.gate_reader, facts), _bare_lookup(bare), hashes)
        bare.close()
    return {
        f"p50_us_{count}": percentile(decisions, 0.5) * 1e6,
        f"p99_ms_{count}": percentile(decisions, 0.99) * 1e3,
        f"sqlite_p50_us_{count}": percentile(lookups, 0.5) * 1e6,
        f"sqlite_p99_us_{count}": percentile(lookups, 0.99) * 1e6,
        f"ratio_to_sqlite_{count}": percentile(decisions, 0.5) / percentile(lookups, 0.5),
        f"rows_loaded_per_s_{count}": count * (2 + 1 / FLAGGED_SHARE) / loaded_s,
    }


def _race(
    decide_one: Callable[[str], object], look_up_one: Callable[[str], object], hashes: list[str]
) -> tuple[list[float], list[float]]:
    """Both sides by turns on the same credentials, so that the machine's moods hit them alike."""
    for credential_hash in hashes[: len(hashes) // 10]:
        decide_one(credential_hash)
        look_up_one(credential_hash)
    decisions, lookups = [], []
    for credential_hash in hashes:
        started = time.perf_counter()
        decide_one(credential_hash)
        between = time.perf_counter()
        look_up_one(credential_hash)
        decisions.append(between - started)
        lookups.append(time.perf_counter() - between)
    return decisions, lookups


def _decider(state: GateStateReader, facts: TapFacts) -> Callable[[str], object]:
    return lambda credential_hash: decide(state.find_gate_view(credential_hash), facts)


def _bare_table(path: Path, count: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE card (hash TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
    rows = ((credential_hash_of(n), encode_row(member_rows(n)[0])) for n in range(count))
    connection.executemany("INSERT INTO card VALUES (?, ?)", rows)
    connection.commit()
    return connection


def _bare_lookup(connection: sqlite3.Connection) -> Callable[[str], object]:
    query = "SELECT body FROM card WHERE hash = ?"
    return lambda credential_hash: connection.execute(query, (credential_hash,)).fetchone()


def _rows(count: int) -> Iterator[StateRow]:
    yield site_row()
    for number in range(count):
        yield from member_rows(number)
        if number % FLAGGED_SHARE == 0:
            yield FlagRow(
                f"flg_{number:020d}", f"mem_{number:020d}", "task", "message", texts={"en": "Your shoes are here"}
            )


async def _load(store: GatewayStore, count: int) -> None:
    """Bring the club in force through the ordinary snapshot path, without ever holding it in memory."""
    digest = Digest()
    total = 0
    for row in _rows(count):
        digest.add(row_key(row), encode_row(row))
        total += 1
    chunk_count = -(-total // ROWS_PER_CHUNK)
    rows = _rows(count)
    for index in range(chunk_count):
        part = tuple(islice(rows, ROWS_PER_CHUNK))
        await store.state.stage_chunk(SnapshotChunk("bench", 1, index, chunk_count, digest.root(), part))
