"""Fixtures of the integration tests: each test that asks for `database` runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from cloud import bus
from cloud.database import Database
from cloud.migrations import upgrade_database
from tests.integration.club import Club, open_club
from tests.postgresql import PostgresqlServer, find_binaries

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server with the migrated database `template`."""
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL is not installed: run `scripts/setup test`"
    with PostgresqlServer(binaries) as server:
        server.create("template")
        _migrate(server.url("template"))
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "tornello.db")
        yield f"sqlite:///{tmp_path}/tornello.db"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    name = f"test_{next(_numbers)}"
    server.create(name, template="template")
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with all tables, connected to the bus."""
    database = Database(database_url, dispatch=bus.dispatch)
    yield database
    database.close()


@pytest.fixture
def club(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Club]:
    """A small club in a SQLite file, for what is the same on both databases."""
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    yield open_club(database)
    database.close()


def _migrate(url: str) -> None:
    database = Database(url, dispatch=bus.dispatch)
    upgrade_database(database)
    database.close()
