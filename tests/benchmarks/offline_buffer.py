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
    AccessDecided,
    GapRecorded,
    chain_after,
    first_seq_covered,
    parse_event,
)
from tests.benchmarks.report import Report
from tests.fake_clock import FakeClock

EVENTS = 1_000_000
BEYOND_SHARE = 20
AT_ONCE = 500


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
        await _append(store, count)
        elapsed_s = time.perf_counter() - started
        written = _bytes_written() - written
        held = store.journal.outbox
    size = sum(path.stat().st_size for path in folder.glob("journal.db*"))
    started = time.perf_counter()
    store = GatewayStore.open(folder, FakeClock(), limits=limits)
    opened_s = time.perf_counter() - started
    beyond = count // BEYOND_SHARE
    async with store:
        await _append(store, beyond)
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


async def _append(store: GatewayStore, count: int) -> None:
    """Taps as they come from the readers, only faster: as many at once as memory holds."""
    for begin in range(0, count, AT_ONCE):
        for number in range(begin, min(begin + AT_ONCE, count)):
            store.journal.append(_tap(number))
        await store.journal.flushed()


def _tap(number: int) -> AccessDecided:
    return AccessDecided(
        tap_id=f"{number:020x}",
        lane_id="lan_aaaaaaaaaaaaaaaaaaaa",
        direction="in",
        reader="entry",
        credential_hash=f"{number:032x}",
        outcome="allow",
        reason="granted",
        rule="contract",
        revision=4711,
        member_id=f"mem_{number % 5000:020d}",
        contract_id=f"ctr_{number % 5000:020d}",
        text="Welcome, Anna",
        decided_in_us=180,
    )


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
