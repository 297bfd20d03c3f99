"""SQLite's log gets into the database's own file, and no commit has to wait for it."""

import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from cloud import bus
from cloud.checkpoints import PAGES_BETWEEN, PAGES_OF_CHANGE
from cloud.database import Database

COMMITS_BETWEEN = -(-PAGES_BETWEEN // PAGES_OF_CHANGE)


def commit(database: Database, times: int) -> None:
    for _ in range(times):
        with database.transaction() as session:
            session.execute(text("INSERT INTO note VALUES (1)"))


def rows_without_log(file: Path) -> int:
    """What the file itself holds, copied away from its log; 0 while not even the table is in it."""
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM note").fetchone()[0])
        except sqlite3.DatabaseError:  # it was copied while it was written
            return 0


def checkpoint_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "checkpoints"]


def test_after_some_commits_the_log_is_copied_beside_the_writers(tmp_path: Path) -> None:
    file, before = tmp_path / "tornello.db", len(checkpoint_threads())
    database = Database(f"sqlite:///{file}", dispatch=bus.dispatch)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (number INTEGER)"))
    commit(database, COMMITS_BETWEEN - 2)
    assert len(checkpoint_threads()) == before
    commit(database, 1)
    deadline = time.monotonic() + 20
    while not rows_without_log(file) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert rows_without_log(file) == COMMITS_BETWEEN - 1
    database.close()
    assert len(checkpoint_threads()) == before


def test_a_database_in_memory_has_no_log() -> None:
    before = len(checkpoint_threads())
    database = Database("sqlite://", dispatch=bus.dispatch)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (number INTEGER)"))
    commit(database, COMMITS_BETWEEN + 1)
    assert len(checkpoint_threads()) == before
    database.close()


def test_only_who_asks_for_it_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (number INTEGER)"))
    commit(database, 3)
    assert not synced
    with database.transaction(is_durable=True) as session:
        session.execute(text("INSERT INTO note VALUES (2)"))
        assert not synced, "it is not committed yet"
    assert len(synced) == 1
    database.close()
