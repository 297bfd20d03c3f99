"""A backlog of events to the cloud's database: over mutual TLS, through mosquitto, once in peace and once with kills.

The whole path: a gateway's real journal and upload, `tornello-cloud serve` and mosquitto as processes of their own. An
event counts when the cloud has committed it and the gateway knows. Then the numbers in the database are looked at: none
may be missing, and no tap may be there twice.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from cloud.database import Database
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.identity import Identity
from tests.benchmarks.enrolled_site import EnrolledSite, syncing_gateway
from tests.benchmarks.journal_backlog import fill_journal
from tests.benchmarks.report import Report
from tests.club import Club

EVENTS = 200_000
KILLS = 10
EVENTS_PER_S = 10_000.0
PATIENCE_S = 900.0
LOOK_EVERY_S = 0.02
BROKER_AWAY_S = 0.3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=EVENTS, metavar="N", help=f"in each backlog ({EVENTS})")
    parser.add_argument("--kills", type=int, default=KILLS, metavar="N", help=f"of the broker, in the second ({KILLS})")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder, ExitStack() as stack:
        site = EnrolledSite.set_up(Path(folder), _found, stack)
        peaceful, troubled = (_Drain(site, *gateway, arguments.events) for gateway in site.gateways)
        peaceful_s = asyncio.run(peaceful.run(kills=0))
        troubled_s = asyncio.run(troubled.run(kills=arguments.kills))
        lost, twice = (sum(counts) for counts in zip(peaceful.faults(), troubled.faults(), strict=True))
    figures = {
        "events_per_s": arguments.events / peaceful_s,
        "events_per_s_with_kills": arguments.events / troubled_s,
        "kills": float(arguments.kills),
        "lost": float(lost),
        "stored_twice": float(twice),
    }
    target = {"events_per_s": EVENTS_PER_S, "lost": 0.0, "stored_twice": 0.0}
    return Report("event_drain", figures, target, higher_is_better=frozenset({"events_per_s"}))


def _found(database: Database) -> tuple[str, list[str]]:
    club = Club.found(database)
    return club.site_id, [club.add_lane("In peace"), club.add_lane("In trouble")]


class _Drain:
    """One gateway with a backlog."""

    def __init__(self, site: EnrolledSite, state_dir: Path, identity: Identity, events: int) -> None:
        self._site = site
        self._state_dir = state_dir
        self._identity = identity
        self._events = events

    async def run(self, *, kills: int) -> float:
        """Fill the journal, then drain it; the seconds from the connection's beginning to the last acknowledgement."""
        clock = SystemClock()
        clock.note_signed_time(int(time.time() * 1000))
        async with GatewayStore.open(self._state_dir, clock) as store:
            await fill_journal(store.journal, self._events, lane_id=self._state_dir.name)
        started = time.perf_counter()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            killing = tasks.create_task(self._kill(kills))
            async with syncing_gateway(self._state_dir, self._identity, lambda revision: None) as (store, _):
                while (outbox := store.journal.outbox).first_seq < outbox.next_seq:
                    await asyncio.sleep(LOOK_EVERY_S)
                lasted_s = time.perf_counter() - started
            killing.cancel()
        return lasted_s

    async def _kill(self, times: int) -> None:
        """Whenever a share of the events is stored, end the broker without a word and start it again."""
        for number in range(1, times + 1):
            while self._stored() < self._events * number // (times + 1):
                await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.to_thread(self._site.broker.kill)
            await asyncio.sleep(BROKER_AWAY_S)
            await asyncio.to_thread(self._site.broker.start)

    def faults(self) -> tuple[int, int]:
        """How many numbers the cloud lacks, and how many taps it has more than once."""
        rows, numbers = self._count("count(*), count(DISTINCT seq)")
        taps, different = self._count("count(tap_id), count(DISTINCT tap_id)")
        return max(0, self._events - different) + max(0, rows - numbers), taps - different

    def _stored(self) -> int:
        return self._count("count(*)")[0]

    def _count(self, what: str) -> tuple[int, ...]:
        connection = sqlite3.connect(f"file:{self._site.folder}/tornello.db?mode=ro", uri=True)
        query = f"SELECT {what} FROM access_event WHERE gateway_id = ?"
        try:
            counts: tuple[int, ...] = connection.execute(query, (self._identity.gateway_id,)).fetchone()
        finally:
            connection.close()
        return counts
