"""The journal's events: from the running gateway, which alone may read its file, or from the file when none runs."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.adapters.store_sqlite.database_file import open_for_reading
from gateway.control_client import ask_gateway
from gateway.inspection.events_in_words import event_fields
from gateway.inspection.stored_state import NoStoreError, open_database
from gateway.status_client import GatewayNotRunningError
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import SealedEvent, parse_event

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGE: Final = 1000
"""At most so many events are asked for at once."""

Fields = Mapping[str, Any]


def newest_events(state_dir: Path, limit: int) -> list[Fields]:
    """The newest `limit` events, the oldest of them first.

    Raises:
        NoStoreError: no gateway runs, and there is no journal to read.
    """
    try:
        events: list[Fields] = ask_gateway(state_dir, "journal", after=-1, limit=min(limit, PAGE))["events"]
    except GatewayNotRunningError:
        with _opened(state_dir) as database:
            rows = database["event"].rows_where(order_by="seq desc", limit=limit)
            events = list(_parsed(rows))[::-1]
    return events[-limit:]


def events_after(state_dir: Path, seq: int) -> list[Fields]:
    """What the running gateway has newly in its journal behind `seq`. Raises GatewayNotRunningError."""
    found: list[Fields] = ask_gateway(state_dir, "journal", after=seq, limit=PAGE)["events"]
    return found


def all_events(state_dir: Path) -> Iterator[Fields]:
    """Every event that waits for the cloud, and what the running gateway still remembers of the others."""
    try:
        page = ask_gateway(state_dir, "journal_page", after=-1, limit=PAGE)["events"]
        while page:
            yield from page
            page = ask_gateway(state_dir, "journal_page", after=page[-1]["seq"], limit=PAGE)["events"]
    except GatewayNotRunningError:
        with _opened(state_dir) as database:
            yield from _parsed(database["event"].rows_where(order_by="seq"))


@contextlib.contextmanager
def _opened(state_dir: Path) -> Iterator["Database"]:
    path = state_dir / "journal.db"
    try:
        with contextlib.closing(open_for_reading(path)) as connection:
            yield open_database(connection)
    except sqlite3.DatabaseError as error:
        raise NoStoreError(f"{path} cannot be read: {error}") from error


def _parsed(rows: Iterator[dict[str, Any]]) -> Iterator[Fields]:
    """An event of a newer program is named, not hidden."""
    for row in rows:
        try:
            yield event_fields(parse_event(SealedEvent(row["seq"], row["content"], row["chain"])))
        except MalformedMessageError as error:
            yield {"seq": row["seq"], "at": "", "clock": "untrusted", "event": "unreadable", "detail": str(error)}
