"""All tables in a fresh SQLite database, from a copy in memory: making a hundred tables one by one takes a while."""

import functools
import sqlite3

from sqlalchemy import StaticPool, create_engine

from cloud.database import Database
from cloud.tables import METADATA


def create_tables(database: Database) -> None:
    """Lay all tables into an empty SQLite database, in memory or in a file."""
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
