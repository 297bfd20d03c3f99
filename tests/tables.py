"""All tables in a fresh database, for SQLite from a copy in memory: making a hundred takes a tenth of a second."""

import functools
import sqlite3

from sqlalchemy import StaticPool, create_engine

from cloud.database import Database
from cloud.tables import METADATA


def create_tables(database: Database) -> None:
    """Lay all tables into an empty database; quick for SQLite, in memory or in a file."""
    if database.engine.dialect.name != "sqlite":
        METADATA.create_all(database.engine)
        return
    raw = database.engine.raw_connection()
    try:
        connection = raw.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        with sqlite3.connect(":memory:") as template:
            template.deserialize(_empty_tables())
            template.backup(connection)
        template.close()
    finally:
        raw.close()


@functools.cache
def _empty_tables() -> bytes:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    raw = engine.raw_connection()
    try:
        connection = raw.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection.serialize()
    finally:
        raw.close()
        engine.dispose()
