"""Saving what can be read of a journal that was put aside.

Events keep their numbers and contents under a new epoch and are linked anew; what is missing before or between them
becomes a gap record, so that the cloud knows what it does not know.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gateway.adapters.store_sqlite.database_file import open_for_reading
from gateway.adapters.store_sqlite.gaps import EARLIER_EPOCH, UNREADABLE, gap
from gateway.adapters.store_sqlite.visit_account import Visit
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    CHAIN_START,
    JournalEvent,
    SealedEvent,
    chain_after,
    first_seq_covered,
    parse_event,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a new journal begins with."""

    events: Sequence[SealedEvent]
    visits: Sequence[Visit]


def salvage_journal(path: Path, stamp: JournalEvent) -> Salvage:
    """Read the events forward up to the damage and backward down to it, and every visit that can be read."""
    with contextlib.closing(open_for_reading(path)) as connection:
        head = _readable(SealedEvent, connection, "SELECT seq, content, chain FROM event ORDER BY seq")
        tail = _readable(SealedEvent, connection, "SELECT seq, content, chain FROM event ORDER BY seq DESC")
        visits = _readable(Visit, connection, "SELECT seq, contract_id, counted_revision FROM visit ORDER BY seq")
    by_seq = {event.seq: event for event in (*head, *tail)}
    upto_seq = max((visit.seq for visit in visits), default=-1)
    return Salvage(relink([by_seq[seq] for seq in sorted(by_seq)], upto_seq, stamp), visits)


def relink(events: Iterable[SealedEvent], upto_seq: int, stamp: JournalEvent) -> list[SealedEvent]:
    """A gapless series from 0 up to the newest event, at least to `upto_seq`, with gap records for what is missing."""
    series: list[SealedEvent] = []
    chain, expected = CHAIN_START, 0

    def account_for(upto: int) -> None:
        if upto >= expected:
            reason = UNREADABLE if series else EARLIER_EPOCH
            last = SealedEvent(upto, b"", chain)
            series.append(gap(expected, last, {reason: upto - expected + 1}, stamp))

    for event in events:
        account_for(_first_covered(event) - 1)
        chain = chain_after(chain, event.content)
        series.append(SealedEvent(event.seq, event.content, chain))
        expected = event.seq + 1
    account_for(upto_seq)
    return series


def _first_covered(event: SealedEvent) -> int:
    try:
        return first_seq_covered(parse_event(event))
    except MalformedMessageError:
        return event.seq


def _readable(make: Callable[..., T], connection: sqlite3.Connection, query: str) -> list[T]:
    """Rows up to the first one that cannot be read."""
    rows: list[T] = []
    with contextlib.suppress(sqlite3.Error):
        rows.extend(make(*row) for row in connection.execute(query))
    return rows
