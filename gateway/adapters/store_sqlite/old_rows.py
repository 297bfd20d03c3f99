"""Clearing away the rows of states that are no longer in force, a few at a time, so that nothing waits for long."""

import sqlite3
from collections.abc import Iterator
from itertools import pairwise

from gateway.adapters.store_sqlite.transaction import transaction

PURGE_ROWS = 500
_TABLES = (("state_row", "key"), ("member_flag", "member_id"))
_NUMBER_MAX = 2**62


def purge_old_rows(connection: sqlite3.Connection) -> bool:
    """Delete some rows of each table that belong to no generation in use; False when there were none."""
    with transaction(connection, is_durable=False):
        found = [_purge(connection, table, key) for table, key in _TABLES]
    return any(found)


def _purge(connection: sqlite3.Connection, table: str, key: str) -> bool:
    """Delete the first rows of one generation out of use; False when there is none."""
    for low, high in _ranges_out_of_use(connection):
        row = connection.execute(
            f"SELECT generation FROM {table} WHERE generation > ? AND generation < ? LIMIT 1",  # noqa: S608
            (low, high),
        ).fetchone()
        if row is not None:
            (generation,) = row
            connection.execute(
                f"""DELETE FROM {table} WHERE generation = ?1 AND {key} <= ifnull((
                      SELECT {key} FROM {table} WHERE generation = ?1 ORDER BY {key} LIMIT 1 OFFSET ?2
                    ), {key})""",  # noqa: S608
                (generation, PURGE_ROWS - 1),
            )
            return True
    return False


def _ranges_out_of_use(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Open intervals between the generations in use, so that each is found through the primary key."""
    in_use = [row[0] for row in connection.execute("SELECT generation FROM state UNION SELECT generation FROM staging")]
    edges = [-1, *sorted(in_use), _NUMBER_MAX]
    return pairwise(edges)
