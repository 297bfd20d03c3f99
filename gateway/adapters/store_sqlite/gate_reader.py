"""The tap's own view of the state in force: one prepared query on a connection that never writes."""

import sqlite3

import msgspec

from gateway.adapters.store_sqlite.state_store import Contact
from gateway.domain.credential import Credential
from gateway.domain.entitlement import Entitlement, EntitlementWindow, TimeSpan
from gateway.domain.flags import Flag
from gateway.domain.gate_view import GateView, SiteRules
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
        self._site_rules: SiteRules | None = None

    def find_gate_view(self, credential_hash: str) -> GateView:
        found = self._connection.execute(_FIND, (f"credential/{credential_hash}",)).fetchall()
        revision, site, credential, entitlement, _ = found[0]
        return GateView(
            credential=None if credential is None else _to_credential(credential),
            entitlement=None if entitlement is None else _to_entitlement(entitlement),
            flags=tuple(_to_flag(row[4]) for row in found if row[4] is not None),
            site=self._to_site(site),
            revision=revision,
            last_contact_at=self._contact.last_at,
        )

    def close(self) -> None:
        self._connection.close()

    def _to_site(self, body: bytes | None) -> SiteRules | None:
        """The rules are the same for every tap until they change."""
        if body != self._site_body:
            self._site_body = body
            self._site_rules = None if body is None else _to_rules(body)
        return self._site_rules


def _to_rules(body: bytes) -> SiteRules:
    row = _site.decode(body)
    return SiteRules(row.site_id, row.name, row.time_zone, row.locale, row.lease_days)


def _to_credential(body: bytes) -> Credential:
    row = _credential.decode(body)
    return Credential(row.credential_hash, row.member_id, row.status)


def _to_entitlement(body: bytes) -> Entitlement:
    row = _entitlement.decode(body)
    return Entitlement(row.member_id, row.display_name, row.locale, tuple(_to_window(w) for w in row.windows))


def _to_window(window: rows.EntitlementWindow) -> EntitlementWindow:
    freezes = tuple(TimeSpan(freeze.starts_at, freeze.ends_at) for freeze in window.freezes)
    return EntitlementWindow(window.contract_id, window.starts_at, window.ends_at, freezes, window.visits_left)


def _to_flag(body: bytes) -> Flag:
    row = _flag.decode(body)
    return Flag(
        flag_id=row.flag_id,
        member_id=row.member_id,
        source=row.source,
        effect=row.effect,
        priority=row.priority,
        device_kinds=row.device_kinds,
        texts=row.texts,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
