"""A million events held by one gateway without the network: how fast, how large, and nothing dropped in silence.

Then some more, beyond the limit: the oldest become gap records that count them, and every number stays accounted for.
"""

import argparse
import asyncio
import logging
import tempfile
import time
from collections import Counter
from pathlib import Path

from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.journal_events import (
    CHAIN_START,
    GapRecorded,
    chain_after,
    first_seq_covered,
    parse_event,
)
from tests.benchmarks.journal_backlog import fill_journal
from tests.benchmarks.report import Report
from tests.fake_clock import FakeClock

EVENTS = 1_000_000
BEYOND_SHARE = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=EVENTS, metavar="N", help="how many the journal is to hold")


def run(arguments: argparse.Namespace) -> Report:
    logging.disable()  # each gap record is an error in the log, and here they are meant
    with tempfile.TemporaryDirectory(prefix="tornello-buffer-") as folder:
        return asyncio.run(_measure(Path(folder), arguments.events))


async def _measure(folder: Path, count: int) -> Report:
    limits = JournalLimits(events_max=count)
    written = _bytes_written()
    async with GatewayStore.open(folder, FakeClock(), limits=limits) as store:
        started = time.perf_counter()
        await fill_journal(store.journal, count)
        elapsed_s = time.perf_counter() - started
        written = _bytes_written() - written
        held = store.journal.outbox
    size = sum(path.stat().st_size for path in folder.glob("journal.db*"))
    started = time.perf_counter()
    store = GatewayStore.open(folder, FakeClock(), limits=limits)
    opened_s = time.perf_counter() - started
    beyond = count // BEYOND_SHARE
    async with store:
        await fill_journal(store.journal, beyond)
        silent, dropped, kept = await _account(store)
    figures = {
        "events_held": float(held.next_seq - held.first_seq),
        "events_per_s": count / elapsed_s,
        "file_bytes_per_event": size / count,
        "written_bytes_per_event": written / count,
        "start_s": opened_s,
        "appended_beyond": float(beyond),
        "rows_after_overflow": float(kept),
        "counted_as_dropped": float(dropped),
        "dropped_silently": float(silent),
    }
    target = {"events_held": float(count), "dropped_silently": 0.0}
    return Report("offline_buffer", figures, target, higher_is_better=frozenset({"events_held"}))


async def _account(store: GatewayStore) -> tuple[int, int, int]:
    """Read the whole journal: numbers that nothing accounts for, events that gap records count, rows."""
    await store.journal.flushed()
    totals: Counter[str] = Counter()
    expected, chain = 0, CHAIN_START
    after_seq = -1
    while events := await store.journal.read_outbox(after_seq, 1000):
        for sealed in events:
            event = parse_event(sealed)
            totals["silent"] += max(0, first_seq_covered(event) - expected)
            if isinstance(event.body, GapRecorded):
                totals["dropped"] += sum(event.body.dropped.values())
                chain = sealed.chain
            else:
                chain = chain_after(chain, sealed.content)
            assert chain == sealed.chain, f"event {event.seq} does not link to the one before"
            expected = event.seq + 1
        totals["rows"] += len(events)
        after_seq = events[-1].seq
    totals["silent"] += store.journal.outbox.next_seq - expected
    return totals["silent"], totals["dropped"], totals["rows"]


def _bytes_written() -> int:
    """What this process has caused to be written to disks so far (proc(5), io)."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["write_bytes"])
