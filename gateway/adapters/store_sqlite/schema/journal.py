"""journal.db: the events that the cloud does not have yet, those it refused, the visits it has not counted yet.

And what the gateway must remember of its lanes, and of who is where.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def m001_outbox_and_visits(db: "Database") -> None:
    """No index beside the primary keys: each would double what an event costs the card."""
    db.conn.execute(
        """CREATE TABLE journal (
             id INTEGER PRIMARY KEY CHECK (id = 1),
             epoch TEXT NOT NULL, acked_seq INTEGER NOT NULL, acked_chain BLOB NOT NULL
           ) STRICT"""
    )
    db.conn.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, content BLOB NOT NULL, chain BLOB NOT NULL) STRICT")
    db.conn.execute(
        """CREATE TABLE set_aside (
             id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, content BLOB NOT NULL,
             reason TEXT NOT NULL, UNIQUE (epoch, seq)
           ) STRICT"""
    )
    db.conn.execute(
        """CREATE TABLE visit (
             seq INTEGER PRIMARY KEY, contract_id TEXT NOT NULL, counted_revision INTEGER
           ) STRICT"""
    )


def m002_lane_modes(db: "Database") -> None:
    """What staff told each lane to be, so that a restart does not open or close a gate."""
    db.conn.execute(
        """CREATE TABLE lane_mode (
             lane_id TEXT PRIMARY KEY, mode TEXT NOT NULL, ordered_by TEXT NOT NULL, until INTEGER
           ) STRICT"""
    )


def m003_presence(db: "Database") -> None:
    """Who is where: it must survive what the events do not, their acknowledgement by the cloud."""
    db.conn.execute(
        """CREATE TABLE presence (
             member_id TEXT NOT NULL, guest_number INTEGER NOT NULL, zone_id TEXT NOT NULL,
             since INTEGER NOT NULL, lane_id TEXT NOT NULL, PRIMARY KEY (member_id, guest_number)
           ) STRICT, WITHOUT ROWID"""
    )
    db.conn.execute(
        """CREATE TABLE zone_tally (
             zone_id TEXT PRIMARY KEY, unnamed INTEGER NOT NULL, unnamed_at INTEGER NOT NULL, staff_at INTEGER
           ) STRICT, WITHOUT ROWID"""
    )


def m004_siblings(db: "Database") -> None:
    """The passages that siblings may still ask for, and up to where theirs are known here."""
    db.conn.execute("CREATE TABLE own_passage (seq INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")
    db.conn.execute(
        """CREATE TABLE sibling_mark (
             gateway_id TEXT NOT NULL, epoch TEXT NOT NULL, known_seq INTEGER NOT NULL, heard_at INTEGER NOT NULL,
             PRIMARY KEY (gateway_id, epoch)
           ) STRICT, WITHOUT ROWID"""
    )


STEPS = (m001_outbox_and_visits, m002_lane_modes, m003_presence, m004_siblings)
