"""Saving what can be read of a journal that was put aside.

Events keep their numbers and contents under a new epoch and are linked anew; what is missing before or between them
becomes a gap record, so that the cloud knows what it does not know. A damaged file may return anything: only a row that
proves itself is taken, by its content or by its place in the chain.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any

from gateway.adapters.store_sqlite.database_file import open_for_reading
from gateway.adapters.store_sqlite.gaps import EARLIER_EPOCH, UNREADABLE, gap
from gateway.adapters.store_sqlite.lane_rows import SELECT_ORDERS, orders_in
from gateway.adapters.store_sqlite.presence_rows import SELECT_PEOPLE, SELECT_TALLIES
from gateway.adapters.store_sqlite.sibling_rows import SELECT_MARKS
from gateway.adapters.store_sqlite.visit_account import Visit
from gateway.domain.lane_mode import ModeOrder
from gateway.domain.presence import Moves, Person
from gateway.domain.zone_count import ZoneTally
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    CHAIN_START,
    JournalEvent,
    SealedEvent,
    chain_after,
    first_seq_covered,
    parse_event,
)

Row = tuple[Any, ...]
SEQ_MAX = 2**53
_EVENT_TYPES = ((int,), (bytes,), (bytes,))
_VISIT_TYPES = ((int,), (str,), (int, NoneType))
_ORDER_TYPES = ((str,), (str,), (str,), (int, NoneType))
_PERSON_TYPES = ((str,), (int,), (str,), (int,), (str,))
_TALLY_TYPES = ((str,), (int,), (int,), (int, NoneType))
_MARK_TYPES = ((str,), (str,), (int,), (int,))


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a new journal begins with."""

    events: Sequence[SealedEvent]
    visits: Sequence[Visit]
    presence: Moves = field(default_factory=Moves)
    lane_orders: Mapping[str, ModeOrder] = field(default_factory=dict)
    sibling_marks: Sequence[SiblingMark] = ()


def salvage_journal(path: Path, stamp: JournalEvent) -> Salvage:
    """Read the events forward up to the damage and backward down to it, and whatever else can be read."""
    with contextlib.closing(open_for_reading(path)) as connection:
        head = _readable(connection, "SELECT seq, content, chain FROM event ORDER BY seq")
        tail = _readable(connection, "SELECT seq, content, chain FROM event ORDER BY seq DESC")
        visits = _readable(connection, "SELECT seq, contract_id, counted_revision FROM visit ORDER BY seq")
        orders = _readable(connection, SELECT_ORDERS)
        people, tallies = _readable(connection, SELECT_PEOPLE), _readable(connection, SELECT_TALLIES)
        marks = _readable(connection, SELECT_MARKS)
    events = {row[0]: SealedEvent(*row) for row in (*head, *tail) if _is_numbered(row, _EVENT_TYPES)}
    counted = {row[0]: Visit(*row) for row in visits if _is_numbered(row, _VISIT_TYPES)}
    upto_seq = max(counted, default=-1)
    return Salvage(
        relink(_proven([events[seq] for seq in sorted(events)]), upto_seq, stamp),
        [counted[seq] for seq in sorted(counted)],
        Moves(
            tuple(Person(*row) for row in people if _has_types(row, _PERSON_TYPES)),
            tuple(ZoneTally(*row) for row in tallies if _has_types(row, _TALLY_TYPES)),
        ),
        orders_in(row for row in orders if _has_types(row, _ORDER_TYPES)),
        [SiblingMark(*row) for row in marks if _has_types(row, _MARK_TYPES)],
    )


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


def _proven(events: Sequence[SealedEvent]) -> Iterator[SealedEvent]:
    """Those that can be parsed, and those of a newer program that link to the row before them."""
    previous: SealedEvent | None = None
    for event in events:
        is_linked = previous is not None and chain_after(previous.chain, event.content) == event.chain
        if is_linked or _is_parsable(event):
            yield event
        previous = event


def _is_parsable(event: SealedEvent) -> bool:
    try:
        parse_event(event)
    except MalformedMessageError:
        return False
    return True


def _is_numbered(row: Row, types: Sequence[tuple[type, ...]]) -> bool:
    """Whether every value is of its type, and the first one can be a sequence number."""
    return _has_types(row, types) and 0 <= row[0] <= SEQ_MAX


def _has_types(row: Row, types: Sequence[tuple[type, ...]]) -> bool:
    return all(isinstance(value, kinds) for value, kinds in zip(row, types, strict=True))


def _readable(connection: sqlite3.Connection, query: str) -> list[Row]:
    """Rows up to the first one that cannot be read."""
    rows: list[Row] = []
    with contextlib.suppress(sqlite3.Error):
        rows.extend(connection.execute(query))
    return rows
