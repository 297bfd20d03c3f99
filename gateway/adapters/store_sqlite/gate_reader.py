"""The tap's own view of the state in force: one prepared query on a connection that never writes."""

import sqlite3

import msgspec

from access_policy.gate_view import GateView
from access_policy.row_reading import read_credential, read_entitlement, read_flag, read_policy
from access_policy.site_policy import SitePolicy
from gateway.adapters.store_sqlite.state_store import Contact
from sync_protocol import state_rows as rows

CACHE_KIB = 16 * 1024

# One statement reads one snapshot of the file: what it returns belongs to one revision. A row per flag.
_FIND = """
SELECT state.revision, site.body, credential.body, entitlement.body, flag.body
FROM state
LEFT JOIN state_row AS site
  ON site.generation = state.generation AND site.key = state.site_key
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

_site = msgspec.msgpack.Decoder(rows.SiteRow)
_credential = msgspec.msgpack.Decoder(rows.CredentialRow)
_entitlement = msgspec.msgpack.Decoder(rows.EntitlementRow)
_flag = msgspec.msgpack.Decoder(rows.FlagRow)


class SqliteGateReader:
    """Implements the port `GateStateReader`; belongs to the thread that made it."""

    def __init__(self, connection: sqlite3.Connection, contact: Contact) -> None:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._connection = connection
        self._contact = contact
        self._site_body: bytes | None = None
        self._site: SitePolicy | None = None

    def find_gate_view(self, credential_hash: str) -> GateView:
        found = self._connection.execute(_FIND, (f"credential/{credential_hash}",)).fetchall()
        revision, site, credential, entitlement, _ = found[0]
        return GateView(
            credential=None if credential is None else read_credential(_credential.decode(credential)),
            entitlement=None if entitlement is None else read_entitlement(_entitlement.decode(entitlement)),
            flags=tuple(read_flag(_flag.decode(row[4])) for row in found if row[4] is not None),
            site=self._to_site(site),
            revision=revision,
            last_contact_at=self._contact.last_at,
        )

    def close(self) -> None:
        self._connection.close()

    def _to_site(self, body: bytes | None) -> SitePolicy | None:
        """The rules are the same for every tap until they change."""
        if body != self._site_body:
            self._site_body = body
            self._site = None if body is None else read_policy([_site.decode(body)])
        return self._site
