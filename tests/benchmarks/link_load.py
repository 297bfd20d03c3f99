"""What heartbeats and event batches cost the cloud on PostgreSQL: the figures that a large fleet is reckoned from.

Each message goes the way that it goes after the broker: one transaction of `reception`, with every handler behind it.
The rates are of one process with eight threads beside a PostgreSQL on the same machine, without its syncs to the disk.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.gateway_link import reception
from cloud.gateway_link.threads import SLOTS
from cloud.migrations import upgrade_database
from cloud.sites import service as sites
from sync_protocol.journal_events import CHAIN_START, AccessDecided, AccessTaken, EventBody, JournalEvent, seal_event
from sync_protocol.messages import EventBatch, Heartbeat, Message, OutboxRange
from tests.benchmarks.report import Report
from tests.club import Club
from tests.postgresql import PostgresqlServer, find_binaries


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gateways", type=int, default=64, help="gateways of one site (64)")
    parser.add_argument("--beats", type=int, default=4000, help="heartbeats in all (4000)")
    parser.add_argument("--batches", type=int, default=256, help="full batches in all (256)")
    parser.add_argument("--taps", type=int, default=1500, help="batches of one tap's two events in all (1500)")


def run(arguments: argparse.Namespace) -> Report:
    with _database() as database:
        club = Club.found(database)
        gateways = [club.add_gateway(club.add_lane(f"Lane {number}")) for number in range(arguments.gateways)]
        with database.transaction() as session:
            member_id = club.add_member(session, card=7)
        fleet = _Fleet(database, gateways, member_id)
        beats_s, beats_cpu_s = fleet.say(arguments.beats, lambda _: _heartbeat())
        taps_s, taps_cpu_s = fleet.say(arguments.taps, lambda gateway_id: fleet.batch(gateway_id, 2))
        fresh = _size(database)
        full_s, full_cpu_s = fleet.say(arguments.batches, lambda gateway_id: fleet.batch(gateway_id, 100))
        figures = {
            "heartbeats_per_s": arguments.beats / beats_s,
            "heartbeat_cpu_ms": 1000 * beats_cpu_s / arguments.beats,
            "taps_per_s": arguments.taps / taps_s,
            "tap_cpu_ms": 1000 * taps_cpu_s / arguments.taps,
            "backlog_events_per_s": 100 * arguments.batches / full_s,
            "backlog_event_cpu_ms": 10 * full_cpu_s / arguments.batches,
            "event_row_bytes": (_size(database) - fresh) / (100 * arguments.batches),
        }
    return Report("link_load", figures, {})


class _Fleet:
    """Gateways that write and speak; each one's messages stay in their order."""

    def __init__(self, database: Database, gateway_ids: list[str], member_id: str) -> None:
        self._database = database
        self._gateway_ids = gateway_ids
        self._member_id = member_id
        self._written = dict.fromkeys(gateway_ids, 0)
        self._chains = dict.fromkeys(gateway_ids, CHAIN_START)

    def say(self, count: int, make: Callable[[str], Message]) -> tuple[float, float]:
        """Let the gateways say `count` messages in all; the seconds that it took, and those of this processor."""
        shares = [self._gateway_ids[start::SLOTS] for start in range(SLOTS)]
        each = count // SLOTS
        plans = [
            [(share[turn % len(share)], make(share[turn % len(share)])) for turn in range(each)] for share in shares
        ]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(SLOTS) as pool:
            for done in [pool.submit(self._receive_all, plan) for plan in plans]:
                done.result()
        return time.perf_counter() - began_s, time.process_time() - began_cpu_s

    def batch(self, gateway_id: str, size: int) -> EventBatch:
        """The next events of a gateway: decisions and passages in turn."""
        events = []
        for _ in range(size):
            seq = self._written[gateway_id]
            event = JournalEvent(seq, "boot", seq, _now_ms(), "synced", self._body(seq))
            events.append(seal_event(event, self._chains[gateway_id]))
            self._written[gateway_id], self._chains[gateway_id] = seq + 1, events[-1].chain
        return EventBatch("epoch", tuple(events))

    def _body(self, seq: int) -> EventBody:
        tap_id = f"tap{seq // 2}"
        if seq % 2:
            return AccessTaken(tap_id, "lan_1", "in", self._member_id)
        where = (tap_id, "lan_1", "in", "entry", "00" * 16, "allow", "granted", "contract", 3)
        return AccessDecided(*where, member_id=self._member_id)  # type: ignore[arg-type]

    def _receive_all(self, plan: list[tuple[str, Message]]) -> None:
        for gateway_id, message in plan:
            with self._database.transaction() as session:
                gateway = sites.find_gateway(session, gateway_id)
                assert gateway is not None
                reception.receive(session, gateway, message, "")


@contextmanager
def _database() -> Iterator[Database]:
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    with PostgresqlServer(binaries) as server:
        server.create("load")
        database = Database(server.url("load"), dispatch=bus.dispatch)
        upgrade_database(database)
        yield database
        database.close()


def _heartbeat() -> Heartbeat:
    return Heartbeat("boot", 1, 1, b"", OutboxRange(0, 0), "synced", _now_ms())


def _size(database: Database) -> int:
    with database.session() as session:
        return int(session.scalar(text("SELECT pg_total_relation_size('access_event')")) or 0)


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
