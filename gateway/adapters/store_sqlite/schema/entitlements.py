"""entitlements.db: one generation of rows in force, perhaps one being staged, and when the cloud was last heard."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def m001_state_in_generations(db: "Database") -> None:
    """Rows are found by generation and key, so that a staged snapshot comes in force by one changed number."""
    db.conn.execute(
        """CREATE TABLE state (
             id INTEGER PRIMARY KEY CHECK (id = 1),
             generation INTEGER NOT NULL, revision INTEGER NOT NULL, site_key TEXT NOT NULL, digest BLOB NOT NULL
           ) STRICT"""
    )
    db.conn.execute(
        """CREATE TABLE staging (
             id INTEGER PRIMARY KEY CHECK (id = 1),
             snapshot_id TEXT NOT NULL, revision INTEGER NOT NULL, next_index INTEGER NOT NULL,
             generation INTEGER NOT NULL, site_key TEXT NOT NULL, digest BLOB NOT NULL
           ) STRICT"""
    )
    db.conn.execute(
        """CREATE TABLE state_row (
             generation INTEGER NOT NULL, key TEXT NOT NULL, member_id TEXT, body BLOB NOT NULL,
             PRIMARY KEY (generation, key)
           ) STRICT, WITHOUT ROWID"""
    )
    db.conn.execute(
        """CREATE TABLE member_flag (
             generation INTEGER NOT NULL, member_id TEXT NOT NULL, key TEXT NOT NULL,
             PRIMARY KEY (generation, member_id, key)
           ) STRICT, WITHOUT ROWID"""
    )
    db.conn.execute(
        """CREATE TABLE contact (
             id INTEGER PRIMARY KEY CHECK (id = 1), last_contact_at INTEGER, clock_floor_ms INTEGER NOT NULL
           ) STRICT"""
    )
    db.conn.execute("INSERT INTO state VALUES (1, 0, 0, '', zeroblob(2048))")
    db.conn.execute("INSERT INTO contact VALUES (1, NULL, 0)")


def m002_policy_serial(db: "Database") -> None:
    """The tap reads the rules of the site again only when this number is another one."""
    for table in ("state", "staging"):
        db.conn.execute(f"ALTER TABLE {table} DROP COLUMN site_key")
    db.conn.execute("ALTER TABLE state ADD COLUMN policy_serial INTEGER NOT NULL DEFAULT 1")


STEPS = (m001_state_in_generations, m002_policy_serial)
