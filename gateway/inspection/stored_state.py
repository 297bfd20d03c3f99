"""The state in force as it lies on the disk, read beside a running gateway or without one; nothing is ever written."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from gateway.adapters.store_sqlite.database_file import open_for_reading
from gateway.inspection.events_in_words import HASH_SHOWN
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow, StateRow, parse_row

if TYPE_CHECKING:
    from sqlite_utils import Database

KINDS: Final = ("entitlement", "credential", "flag")


class NoStoreError(Exception):
    """There is no store to read here; the text names the file."""


def open_database(connection: sqlite3.Connection) -> "Database":
    """A connection with sqlite-utils around it; imported only here, for it would slow every start of the service."""
    from sqlite_utils import Database

    return Database(connection)


@dataclass(frozen=True, slots=True)
class Member:
    """One member as this gateway knows them; of their cards the status and the beginning of the hash."""

    entitlement: EntitlementRow
    credentials: tuple[CredentialRow, ...]
    flags: tuple[FlagRow, ...]

    def fields(self) -> dict[str, object]:
        """For JSON: contracts by their windows in UTC seconds."""
        held = self.entitlement
        return {
            "member_id": held.member_id,
            "display_name": held.display_name,
            "locale": held.locale,
            "role": held.role,
            "contracts": [
                {
                    "contract_id": window.contract_id,
                    "starts_at": window.starts_at,
                    "ends_at": window.ends_at,
                    "visits_left": window.visits_left,
                }
                for window in held.windows
            ],
            "cards": [
                {"hash_begins": card.credential_hash[:HASH_SHOWN], "status": card.status} for card in self.credentials
            ],
            "flags": [{"flag_id": flag.flag_id, "effect": flag.effect, "source": flag.source} for flag in self.flags],
        }


class StoredState:
    """`entitlements.db`, for the time of a `with`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._database = open_database(connection)
        self._rows = self._database["state_row"]
        (state,) = self._database.query("SELECT generation, revision FROM state")
        self._generation: int = state["generation"]
        self.revision: int = state["revision"]

    @classmethod
    @contextlib.contextmanager
    def open(cls, state_dir: Path) -> Iterator[Self]:
        """Raises NoStoreError."""
        path = state_dir / "entitlements.db"
        try:
            connection = open_for_reading(path)
        except sqlite3.OperationalError as error:
            raise NoStoreError(f"{path} cannot be read: {error}") from error
        with contextlib.closing(connection):
            try:
                yield cls(connection)
            except sqlite3.DatabaseError as error:
                raise NoStoreError(f"{path} cannot be read: {error}") from error

    def rows(self, kind: str) -> Iterator[StateRow]:
        """All rows of a kind that are in force, in the order of their ids."""
        found = self._rows.rows_where(
            "generation = ? AND key > ? AND key < ?",
            (self._generation, f"{kind}/", f"{kind}0"),
            order_by="key",
            select="body",
        )
        return (parse_row(row["body"]) for row in found)

    def counts(self) -> dict[str, int]:
        """How many rows of each kind are in force."""
        return {kind: sum(1 for _ in self.rows(kind)) for kind in KINDS}

    def members(self, search: str = "", *, limit: int) -> list[Member]:
        """The first ones whose name or id holds `search`, whatever its case."""
        wanted, found = search.casefold(), []
        for row in self.rows("entitlement"):
            assert isinstance(row, EntitlementRow), "the key says so"
            if wanted in row.display_name.casefold() or wanted in row.member_id.casefold():
                found.append(self._member(row))
                if len(found) >= limit:
                    break
        return found

    def _member(self, entitlement: EntitlementRow) -> Member:
        held = [
            parse_row(row["body"])
            for row in self._rows.rows_where(
                "generation = ? AND key > 'credential/' AND key < 'credential0' AND member_id = ?",
                (self._generation, entitlement.member_id),
                select="body",
            )
        ]
        raised = [
            parse_row(row["body"])
            for row in self._database.query(
                """SELECT body FROM member_flag JOIN state_row USING (generation, key)
                   WHERE member_flag.generation = ? AND member_flag.member_id = ?""",
                (self._generation, entitlement.member_id),
            )
        ]
        return Member(
            entitlement,
            tuple(row for row in held if isinstance(row, CredentialRow)),
            tuple(row for row in raised if isinstance(row, FlagRow)),
        )
