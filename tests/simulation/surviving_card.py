"""What a power cut may leave of a gateway's two files. The laws:

- the product opens them, puts none aside, and both pass SQLite's integrity check;
- each has exactly the content of one of its commits: the newest that was durable, or a later one;
- what was promised is known: every durable event, the revision in force (it never goes back), its digest;
- the journal's numbers have no gap and its chain holds; the digest kept is that of the rows in force;
- everybody is where the newest event about them says.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.ports import StoreBusyError
from sync_protocol.digest import Digest
from sync_protocol.errors import SyncProtocolError
from sync_protocol.journal_events import AccessTaken, EventBody, GapRecorded, SealedEvent, parse_event
from tests.fake_clock import FakeClock
from tests.journal_series import assert_complete
from tests.simulation.disk_connection import content_of
from tests.simulation.gateway_life import Promise

_DATABASES = ("entitlements.db", "journal.db")


class BrokenLawError(Exception):
    """The message says which, and how."""


@dataclass(frozen=True, slots=True)
class Card:
    """A memory card as a cut has left it, and what the product found on it; a blank one has promised nothing."""

    image: Mapping[str, bytes]
    contents: Mapping[str, str]
    promise: Promise | None


BLANK = Card({}, {}, None)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The contents that each database may have, and the newest promise before the cut."""

    contents: Mapping[str, frozenset[str]]
    promise: Promise | None


def inspect(folder: Path, image: Mapping[str, bytes], expected: Expectation) -> Card:
    """Open what is left as `tornello-gateway run` does.

    Raises:
        BrokenLawError: the first law that is broken.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in image.items():
        (folder / name).write_bytes(data)
    try:
        found = _open(folder)
        contents = {name: _check_file(folder / name) for name in _DATABASES}
        if expected.promise is None:
            return BLANK
        _check_promise(found, expected.promise)
        for name, content in contents.items():
            assert content in expected.contents[name], f"{name} has a content that no commit gave it"
    except (AssertionError, sqlite3.Error, StoreBusyError, SyncProtocolError) as error:
        raise BrokenLawError(f"{type(error).__name__}: {error}") from error
    return Card(image, contents, found)


def _open(folder: Path) -> Promise:
    store = GatewayStore.open(folder, FakeClock())
    try:
        aside = sorted(path.name for path in folder.glob("*.aside-*"))
        assert not aside, f"put aside: {aside}"
        journal, state = store.journal, store.state
        return Promise(journal.epoch, journal.outbox.next_seq, state.applied_revision, state.digest_root)
    finally:
        store.close()


def _check_file(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], f"{path.name} is damaged: {found}"
        (_check_series if path.name == "journal.db" else _check_digest)(connection)
        return content_of(connection)


def _check_promise(found: Promise, promised: Promise) -> None:
    assert found.next_seq >= promised.next_seq, f"events {found.next_seq} to {promised.next_seq - 1} are lost"
    assert found.revision >= promised.revision, f"revision {promised.revision} in force went back to {found.revision}"
    if found.revision == promised.revision:
        assert found.digest_root == promised.digest_root, "the state in force is another one"


def _check_series(journal: sqlite3.Connection) -> None:
    acked_seq, acked_chain = journal.execute("SELECT acked_seq, acked_chain FROM journal").fetchone()
    rows = journal.execute("SELECT seq, content, chain FROM event ORDER BY seq").fetchall()
    events = [SealedEvent(*row) for row in rows]
    assert_complete(events, acked_seq + 1, acked_chain)
    _check_presence(journal, [parse_event(event).body for event in events])


def _check_presence(journal: sqlite3.Connection, bodies: Sequence[EventBody]) -> None:
    """Nobody's row is older or newer than the events; those that became a gap may have moved people on."""
    said: dict[str, str] = {}
    for body in bodies:
        if isinstance(body, GapRecorded):
            said.clear()
        elif isinstance(body, AccessTaken):
            said[body.member_id] = body.zone_id
    kept = dict(journal.execute("SELECT member_id, zone_id FROM presence WHERE guest_number = 0").fetchall())
    assert said.items() <= kept.items(), f"the events say {said}, the presence {kept}"


def _check_digest(state: sqlite3.Connection) -> None:
    generation, kept = state.execute("SELECT generation, digest FROM state").fetchone()
    digest = Digest()
    for key, body in state.execute("SELECT key, body FROM state_row WHERE generation = ?", (generation,)):
        digest.add(key, body)
    assert digest.to_bytes() == kept, "the digest kept is not that of the rows"
