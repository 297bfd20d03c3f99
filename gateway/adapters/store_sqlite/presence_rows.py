"""The presence in journal.db: plain SQL in somebody else's transaction."""

import sqlite3
from collections.abc import Iterable

from gateway.adapters.store_sqlite.consequences import UnseenPeople
from gateway.domain.presence import Moves, Person
from gateway.domain.zone_count import PersonKey, ZoneTally

SELECT_PEOPLE = "SELECT member_id, guest_number, zone_id, since, lane_id FROM presence ORDER BY since"
SELECT_TALLIES = "SELECT zone_id, unnamed, unnamed_at, staff_at FROM zone_tally"


def read_presence(connection: sqlite3.Connection) -> Moves:
    """Everybody and every zone that was kept."""
    return Moves(
        tuple(Person(*row) for row in connection.execute(SELECT_PEOPLE)),
        tuple(ZoneTally(*row) for row in connection.execute(SELECT_TALLIES)),
    )


def write_people(connection: sqlite3.Connection, people: Iterable[Person]) -> None:
    """Each where they are now."""
    connection.executemany(
        "INSERT OR REPLACE INTO presence (member_id, guest_number, zone_id, since, lane_id) VALUES (?, ?, ?, ?, ?)",
        ((one.member_id, one.guest_number, one.zone_id, one.since, one.lane_id) for one in people),
    )


def delete_people(connection: sqlite3.Connection, keys: Iterable[PersonKey]) -> None:
    """They are nobody."""
    connection.executemany("DELETE FROM presence WHERE member_id = ? AND guest_number = ?", keys)


def write_tallies(connection: sqlite3.Connection, tallies: Iterable[ZoneTally]) -> None:
    """Each as it is now."""
    connection.executemany(
        "INSERT OR REPLACE INTO zone_tally (zone_id, unnamed, unnamed_at, staff_at) VALUES (?, ?, ?, ?)",
        ((one.zone_id, one.unnamed, one.unnamed_at, one.staff_at) for one in tallies),
    )


def delete_unseen(connection: sqlite3.Connection, unseen: UnseenPeople) -> None:
    """People, and zones that nothing was noted of since then."""
    connection.execute("DELETE FROM presence WHERE since < ? OR since > ?", (unseen.before_s, unseen.after_s))
    connection.execute(
        "DELETE FROM zone_tally WHERE max(unnamed_at, ifnull(staff_at, 0)) NOT BETWEEN ? AND ?",
        (unseen.before_s, unseen.after_s),
    )
