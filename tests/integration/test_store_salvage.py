"""What is saved of a journal whose rows are no longer what was written."""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite.salvage import Salvage, salvage_journal
from gateway.adapters.store_sqlite.visit_account import Visit
from sync_protocol.journal_events import CHAIN_START, GapRecorded, SealedEvent, chain_after, parse_event
from tests.journal_series import assert_complete, event_of, series


def salvaged(folder: Path, events: Sequence[tuple[object, ...]], visits: Sequence[tuple[object, ...]]) -> Salvage:
    """Out of a file whose tables hold whatever they were damaged to."""
    with contextlib.closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE event (seq, content, chain)")
        connection.execute("CREATE TABLE visit (seq, contract_id, counted_revision)")
        connection.executemany("INSERT INTO event VALUES (?, ?, ?)", events)
        connection.executemany("INSERT INTO visit VALUES (?, ?, ?)", visits)
    return salvage_journal(folder / "journal.db", event_of(0))


@pytest.mark.parametrize(
    "garbage",
    [(2, None, None), (2, "text", bytes(32)), (None, b"", b""), (-7, b"", b""), (2**60, b"x", b"y"), (2, b"x", b"y")],
)
def test_a_row_that_proves_nothing_is_not_saved(tmp_path: Path, garbage: tuple[object, ...]) -> None:
    good = [(event.seq, event.content, event.chain) for event in series(5) if event.seq != 2]
    saved = salvaged(tmp_path, [*good, garbage], [])
    assert assert_complete(list(saved.events)) == 5
    assert parse_event(saved.events[2]).body == GapRecorded(2, {"unreadable": 1})


def test_an_event_of_a_newer_program_is_saved_when_its_chain_holds(tmp_path: Path) -> None:
    first = series(1)[0]
    unknown = SealedEvent(1, b"\x81\xa1x\x01", chain_after(first.chain, b"\x81\xa1x\x01"))
    saved = salvaged(tmp_path, [(event.seq, event.content, event.chain) for event in (first, unknown)], [])
    assert [event.content for event in saved.events] == [first.content, unknown.content]


def test_a_visit_is_saved_once_and_only_when_it_is_one(tmp_path: Path) -> None:
    good = (3, "ctr_a", None)
    rows = [good, good, (4, None, 1), (5, b"ctr", 1), ("six", "ctr_a", 1), (2**60, "ctr_a", 1), (7, "ctr_a", "x")]
    saved = salvaged(tmp_path, [(0, series(1)[0].content, chain_after(CHAIN_START, series(1)[0].content))], rows)
    assert saved.visits == [Visit(*good)]
    assert assert_complete(list(saved.events)) == 4
