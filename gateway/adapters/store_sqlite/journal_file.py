"""journal.db as the writer's thread sees it: plain SQL, a transaction per call, no memory of its own but its bounds."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.adapters.store_sqlite.consequences import PersonGone, Row, UnseenPeople
from gateway.adapters.store_sqlite.database_file import FileKind
from gateway.adapters.store_sqlite.gaps import EARLIER_EPOCH, gap
from gateway.adapters.store_sqlite.lane_rows import SELECT_ORDERS, orders_in
from gateway.adapters.store_sqlite.presence_rows import (
    delete_people,
    delete_unseen,
    read_presence,
    write_people,
    write_tallies,
)
from gateway.adapters.store_sqlite.schema import journal as schema
from gateway.adapters.store_sqlite.sibling_rows import (
    delete_own_passages,
    read_marks,
    read_own_passages,
    write_marks,
    write_own_passages,
)
from gateway.adapters.store_sqlite.transaction import transaction
from gateway.adapters.store_sqlite.visit_account import Visit
from gateway.domain.lane_mode import ModeOrder
from gateway.domain.presence import Moves, Person
from gateway.domain.zone_count import ZoneTally
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.journal_events import CHAIN_START, JournalEvent, SealedEvent
from sync_protocol.sibling_messages import SharedPassage

KIND = FileKind("gateway journal", is_exclusive=True, steps=schema.STEPS)
SET_ASIDE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class JournalBounds:
    """Where a journal begins and ends: `acked_seq` is -1 when nothing was acknowledged in this epoch."""

    epoch: str
    acked_seq: int
    next_seq: int
    last_chain: bytes


@dataclass(frozen=True, slots=True)
class JournalChanges:
    """What one group commit writes; `rows` follow from the events."""

    events: Sequence[SealedEvent] = ()
    rows: Sequence[Row] = ()
    settled: tuple[int, int] | None = None
    contained_revision: int = 0


class JournalFile:
    """Owned by one thread after start."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, epoch: str, events: Iterable[SealedEvent] = (), rows: Sequence[Row] = ()) -> None:
        """Fill an empty file: its epoch, and what could be saved from an earlier one."""
        with transaction(self._connection) as connection:
            connection.execute("INSERT INTO journal VALUES (1, ?, -1, ?)", (epoch, CHAIN_START))
            _insert_events(connection, events)
            _write_rows(connection, rows)

    def bounds(self) -> JournalBounds | None:
        """None as long as the file has not begun."""
        row = self._connection.execute("SELECT epoch, acked_seq, acked_chain FROM journal").fetchone()
        if row is None:
            return None
        epoch, acked_seq, acked_chain = row
        last = self._connection.execute("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        last_seq, last_chain = last if last is not None else (acked_seq, acked_chain)
        return JournalBounds(epoch, acked_seq, max(last_seq, acked_seq) + 1, last_chain)

    def visits(self) -> list[Visit]:
        """Every visit that the state in force may not contain yet, the oldest first."""
        rows = self._connection.execute("SELECT seq, contract_id, counted_revision FROM visit ORDER BY seq")
        return [Visit(*row) for row in rows]

    def presence(self) -> Moves:
        """Everybody where they were seen last, and the tally of each zone."""
        return read_presence(self._connection)

    def own_passages(self) -> list[SharedPassage]:
        """What siblings may ask for, the oldest first."""
        return read_own_passages(self._connection)

    def sibling_marks(self) -> list[SiblingMark]:
        """Up to where the passages of siblings are known."""
        return read_marks(self._connection)

    def commit(self, changes: JournalChanges) -> None:
        """Write all of it in one transaction, with one sync of the disk."""
        with transaction(self._connection) as connection:
            _insert_events(connection, changes.events)
            _write_rows(connection, changes.rows)
            if changes.settled is not None:
                upto_seq, counted_revision = changes.settled
                _settle_events(connection, upto_seq)
                _settle_visits(connection, upto_seq, counted_revision)
                connection.execute("DELETE FROM visit WHERE counted_revision <= ?", (changes.contained_revision,))

    def first_seq(self) -> int | None:
        """The number of the oldest row, None when there is none."""
        found = self._connection.execute("SELECT seq FROM event ORDER BY seq LIMIT 1").fetchone()
        return None if found is None else int(found[0])

    def read(self, after_seq: int, limit: int) -> list[SealedEvent]:
        """The oldest rows behind `after_seq`."""
        rows = self._connection.execute(
            "SELECT seq, content, chain FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, limit)
        )
        return [SealedEvent(*row) for row in rows]

    def replace_oldest(self, gap: SealedEvent) -> None:
        """Put a gap record in the place of everything up to its own number."""
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM event WHERE seq <= ?", (gap.seq,))
            _insert_events(connection, (gap,))

    def set_aside(self, seq: int, reason: str) -> bool:
        """Copy a refused event, bounded to the newest; False when the event is not here (any more)."""
        with transaction(self._connection) as connection:
            done = connection.execute(
                """INSERT OR IGNORE INTO set_aside (epoch, seq, content, reason)
                   SELECT journal.epoch, event.seq, event.content, ? FROM event, journal WHERE event.seq = ?""",
                (reason, seq),
            )
            connection.execute(
                "DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ?", (SET_ASIDE_MAX,)
            )
            return done.rowcount > 0

    def begin_epoch(self, epoch: str, acked_seq: int, stamp: JournalEvent) -> None:
        """Go on under a new epoch with the events at hand; a gap accounts for the numbers up to `acked_seq`."""
        with transaction(self._connection) as connection:
            _settle_events(connection, acked_seq)
            if acked_seq >= 0:
                chain = connection.execute("SELECT acked_chain FROM journal").fetchone()[0]
                last = SealedEvent(acked_seq, b"", chain)
                _insert_events(connection, (gap(0, last, {EARLIER_EPOCH: acked_seq + 1}, stamp),))
            connection.execute("UPDATE journal SET epoch = ?, acked_seq = -1, acked_chain = ?", (epoch, CHAIN_START))
            delete_own_passages(connection)

    def lane_orders(self) -> dict[str, ModeOrder]:
        """What each lane was told to be; a mode that a newer program knew counts as none."""
        return orders_in(self._connection.execute(SELECT_ORDERS))

    def keep_lane_order(self, lane_id: str, order: ModeOrder) -> None:
        """Remember what a lane was told to be."""
        with transaction(self._connection) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO lane_mode (lane_id, mode, ordered_by, until) VALUES (?, ?, ?, ?)",
                (lane_id, order.mode, order.by, order.until),
            )

    def close(self) -> None:
        self._connection.close()


def _insert_events(connection: sqlite3.Connection, events: Iterable[SealedEvent]) -> None:
    connection.executemany(
        "INSERT INTO event (seq, content, chain) VALUES (?, ?, ?)",
        ((event.seq, event.content, event.chain) for event in events),
    )


def _write_rows(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.executemany(
        "INSERT INTO visit (seq, contract_id, counted_revision) VALUES (?, ?, ?)",
        ((row.seq, row.contract_id, row.counted_revision) for row in rows if isinstance(row, Visit)),
    )
    for unseen in rows:
        if isinstance(unseen, UnseenPeople):
            delete_unseen(connection, unseen)
    delete_people(connection, (row.key for row in rows if isinstance(row, PersonGone)))
    write_people(connection, (row for row in rows if isinstance(row, Person)))
    write_own_passages(connection, [row for row in rows if isinstance(row, SharedPassage)])
    write_marks(connection, [row for row in rows if isinstance(row, SiblingMark)])
    write_tallies(connection, (row for row in rows if isinstance(row, ZoneTally)))


def _settle_events(connection: sqlite3.Connection, upto_seq: int) -> None:
    last = connection.execute("SELECT seq, chain FROM event WHERE seq <= ? ORDER BY seq DESC", (upto_seq,)).fetchone()
    if last is not None:
        connection.execute("UPDATE journal SET acked_seq = ?, acked_chain = ?", tuple(last))
        connection.execute("DELETE FROM event WHERE seq <= ?", (upto_seq,))


def _settle_visits(connection: sqlite3.Connection, upto_seq: int, counted_revision: int) -> None:
    connection.execute(
        "UPDATE visit SET counted_revision = ? WHERE seq <= ? AND counted_revision IS NULL",
        (counted_revision, upto_seq),
    )
