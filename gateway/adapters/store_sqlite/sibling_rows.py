"""What siblings may ask for and what is known of theirs, in journal.db: plain SQL in somebody else's transaction."""

import contextlib
import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.service.sibling_ports import SiblingMark
from sync_protocol.errors import DECODE_FAULTS
from sync_protocol.sibling_messages import SharedPassage

OWN_MAX: Final = 2000
"""So many of this gateway's newest passages are kept for siblings."""
MARKS_MAX: Final = 256
EPOCHS_MAX: Final = 4
"""Of one sibling so many epochs are remembered: one that makes up epochs displaces its own, and nobody else's."""
SELECT_MARKS: Final = "SELECT gateway_id, epoch, known_seq, heard_at FROM sibling_mark"

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(SharedPassage)


def read_own_passages(connection: sqlite3.Connection) -> list[SharedPassage]:
    """The oldest first; what another version of the program wrote and cannot be read is left out."""
    found = []
    for (content,) in connection.execute("SELECT content FROM own_passage ORDER BY seq"):
        with contextlib.suppress(*DECODE_FAULTS):
            found.append(_decoder.decode(content))
    return found


def write_own_passages(connection: sqlite3.Connection, passages: Sequence[SharedPassage]) -> None:
    """Keep them, and let go of the oldest."""
    if not passages:
        return
    connection.executemany(
        "INSERT OR REPLACE INTO own_passage (seq, content) VALUES (?, ?)",
        ((one.seq, _encoder.encode(one)) for one in passages),
    )
    connection.execute(
        "DELETE FROM own_passage WHERE seq <= (SELECT seq FROM own_passage ORDER BY seq DESC LIMIT 1 OFFSET ?)",
        (OWN_MAX,),
    )


def delete_own_passages(connection: sqlite3.Connection) -> None:
    """The epoch under which siblings know them has ended."""
    connection.execute("DELETE FROM own_passage")


def read_marks(connection: sqlite3.Connection) -> list[SiblingMark]:
    """One for each epoch of each sibling."""
    return [SiblingMark(*row) for row in connection.execute(SELECT_MARKS)]


def write_marks(connection: sqlite3.Connection, marks: Sequence[SiblingMark]) -> None:
    """Keep them, and let go of those that were heard of longest ago."""
    if not marks:
        return
    connection.executemany(
        "INSERT OR REPLACE INTO sibling_mark (gateway_id, epoch, known_seq, heard_at) VALUES (?, ?, ?, ?)",
        ((one.gateway_id, one.epoch, one.known_seq, one.heard_at) for one in marks),
    )
    for gateway_id in {one.gateway_id for one in marks}:
        connection.execute(
            """DELETE FROM sibling_mark WHERE gateway_id = ? AND epoch IN
               (SELECT epoch FROM sibling_mark WHERE gateway_id = ?
                ORDER BY heard_at DESC LIMIT -1 OFFSET ?)""",
            (gateway_id, gateway_id, EPOCHS_MAX),
        )
    connection.execute(
        """DELETE FROM sibling_mark WHERE (gateway_id, epoch) IN
           (SELECT gateway_id, epoch FROM sibling_mark ORDER BY heard_at DESC LIMIT -1 OFFSET ?)""",
        (MARKS_MAX,),
    )
