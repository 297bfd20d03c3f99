"""The tap's own view of the state in force: one prepared query on a connection that never writes."""

import sqlite3
from typing import Any

import msgspec

from access_policy.gate_view import GateView
from access_policy.row_reading import read_credential, read_entitlement, read_flag
from gateway.adapters.store_sqlite.policy_cache import PolicyCache
from gateway.adapters.store_sqlite.state_store import Contact
from sync_protocol import state_rows as rows

CACHE_KIB = 16 * 1024

# One statement reads one snapshot of the file: what it returns belongs to one revision. A row per flag.
_FIND = """
SELECT state.revision, state.policy_serial, credential.body, entitlement.body, flag.body
FROM state
LEFT JOIN state_row AS credential
  ON credential.generation = state.generation AND credential.key = ?
LEFT JOIN state_row AS entitlement
  ON entitlement.generation = state.generation AND entitlement.key = 'entitlement/' || credential.member_id
LEFT JOIN member_flag
  ON member_flag.generation = state.generation AND member_flag.member_id = credential.member_id
LEFT JOIN state_row AS flag
  ON flag.generation = state.generation AND flag.key = member_flag.key
WHERE state.id = 1
"""

_FIND_ENTITLEMENT = """
SELECT body FROM state_row WHERE generation = (SELECT generation FROM state WHERE id = 1) AND key = 'entitlement/' || ?
"""

_credential = msgspec.msgpack.Decoder(rows.CredentialRow)
_entitlement = msgspec.msgpack.Decoder(rows.EntitlementRow)
_flag = msgspec.msgpack.Decoder(rows.FlagRow)


class SqliteGateReader:
    """Implements the port `GateStateReader`; belongs to the thread that made it."""

    def __init__(self, connection: sqlite3.Connection, contact: Contact) -> None:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._connection = connection
        self._contact = contact
        self._policy = PolicyCache(connection)

    @property
    def policy_fault(self) -> str:
        """Why the newest rules of the site are not in force; empty while they are."""
        return self._policy.fault

    def find_gate_view(self, credential_hash: str) -> GateView:
        found = self._find(credential_hash)
        if found[0][1] != self._policy.serial:
            # The rules and what was found must be of one revision.
            self._connection.execute("BEGIN")
            try:
                found = self._find(credential_hash)
                self._policy.load(found[0][1])
            finally:
                self._connection.execute("ROLLBACK")  # nothing was written
        revision, _, credential, entitlement, _ = found[0]
        return GateView(
            credential=None if credential is None else read_credential(_credential.decode(credential)),
            entitlement=None if entitlement is None else read_entitlement(_entitlement.decode(entitlement)),
            flags=tuple(read_flag(_flag.decode(row[4])) for row in found if row[4] is not None),
            site=self._policy.site,
            revision=revision,
            last_contact_at=self._contact.last_at,
        )

    def find_name(self, member_id: str) -> str:
        """How the display greets this member; empty for one who is not in the state."""
        row = self._find_entitlement(member_id)
        return "" if row is None else row.display_name

    def role_of(self, member_id: str) -> str:
        """Implements `KnownMembers`: what the member is here; empty for one who is not in the state."""
        row = self._find_entitlement(member_id)
        return "" if row is None else row.role

    def forgiven_at(self, member_id: str) -> int:
        """When staff forgave this member where they were before (UTC seconds); 0 for never."""
        row = self._find_entitlement(member_id)
        return 0 if row is None else row.forgiven_at or 0

    def _find_entitlement(self, member_id: str) -> rows.EntitlementRow | None:
        found = self._connection.execute(_FIND_ENTITLEMENT, (member_id,)).fetchone()
        return None if found is None else _entitlement.decode(found[0])

    def close(self) -> None:
        self._connection.close()

    def _find(self, credential_hash: str) -> list[Any]:
        return self._connection.execute(_FIND, (f"credential/{credential_hash}",)).fetchall()
