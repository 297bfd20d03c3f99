"""The rows of a site's desired state: all that a gateway knows about people, and nothing more.

A credential is a keyed hash, a person is a display name and a language. Times are UTC seconds since 1970;
`ends_at` is exclusive. A row is addressed by `row_key` and replaced whole.
"""

from typing import Literal

import msgspec

FlagEffect = Literal["message", "block"]
FlagSource = Literal["task", "dues", "certificate", "freeze", "black_list", "manual"]
CredentialStatus = Literal["active", "suspended", "lost", "revoked"]


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What all rows share: immutable, an array whose first item names the kind of row.

    Every field is always written: leaving out defaults depends on how a value came about, and equal rows must be
    equal bytes. A later version may add fields at the end.
    """


class TimeSpan(msgspec.Struct, frozen=True, array_like=True):
    """A half-open span of UTC seconds."""

    starts_at: int
    ends_at: int


class EntitlementWindow(msgspec.Struct, frozen=True, array_like=True):
    """One contract as the gate sees it. `ends_at` already contains the grace days."""

    contract_id: str
    starts_at: int
    ends_at: int
    freezes: tuple[TimeSpan, ...] = ()
    visits_left: int | None = None


class SiteRow(Row, tag="site", frozen=True):
    """The rules of the site that every decision needs. `lease_days` is 0 to 90."""

    site_id: str
    name: str
    time_zone: str
    locale: str
    lease_days: int = 30


class CredentialRow(Row, tag="credential", frozen=True):
    """A card, fob or code: `credential_hash` as made by `credential_hash.hash_credential`."""

    credential_hash: str
    member_id: str
    status: CredentialStatus = "active"


class EntitlementRow(Row, tag="entitlement", frozen=True):
    """What a member may do, and how the display greets them."""

    member_id: str
    display_name: str
    locale: str
    windows: tuple[EntitlementWindow, ...] = ()


class FlagRow(Row, tag="flag", frozen=True):
    """Something to say or to stop at the gate. No device kinds means all; a higher priority wins.

    `texts` maps a language (en, it, ru) to what the display shows; it may be empty, then the standard text of
    the source is shown.
    """

    flag_id: str
    member_id: str
    source: FlagSource
    effect: FlagEffect
    priority: int = 0
    device_kinds: tuple[str, ...] = ()
    texts: dict[str, str] = {}
    starts_at: int | None = None
    ends_at: int | None = None


StateRow = SiteRow | CredentialRow | EntitlementRow | FlagRow

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder: msgspec.msgpack.Decoder[StateRow] = msgspec.msgpack.Decoder(StateRow)


def row_key(row: StateRow) -> str:
    """The row's address, `{kind}/{id}`, unique within a site."""
    match row:
        case SiteRow():
            return f"site/{row.site_id}"
        case CredentialRow():
            return f"credential/{row.credential_hash}"
        case EntitlementRow():
            return f"entitlement/{row.member_id}"
        case FlagRow():
            return f"flag/{row.flag_id}"


def encode_row(row: StateRow) -> bytes:
    """The one byte form of a row: both sides digest it, so equal rows are equal bytes."""
    return _encoder.encode(row)


def parse_row(data: bytes) -> StateRow:
    """Read back what `encode_row` wrote.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the bytes are not a row (see `errors.DECODE_FAULTS`).
    """
    return _decoder.decode(data)
