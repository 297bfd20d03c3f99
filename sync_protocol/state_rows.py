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
    """One contract as the gate sees it. `ends_at` contains the grace days; no level means everywhere and always."""

    contract_id: str
    starts_at: int
    ends_at: int
    freezes: tuple[TimeSpan, ...] = ()
    visits_left: int | None = None
    level_id: str = ""
    needs_booking: bool = False
    guests_per_day: int = 0


class Booking(msgspec.Struct, frozen=True, array_like=True):
    """A booked session with the minutes before and after already in it; no zone means every zone."""

    booking_id: str
    opens_at: int
    closes_at: int
    zone_id: str = ""


class SiteRow(Row, tag="site", frozen=True):
    """The rules of the site that every decision needs. `lease_days` is 0 to 90.

    `texts` are the site's own words for a deny reason: reason to language to text.
    """

    site_id: str
    name: str
    time_zone: str
    locale: str
    lease_days: int = 30
    lease_policy: Literal["refuse", "staff_only", "allow_and_report"] = "refuse"
    clock_policy: Literal["refuse_in_doubt", "staff_only", "ignore_times"] = "refuse_in_doubt"
    exit_policy: Literal["check", "may_leave"] = "check"
    impossible_travel_s: int = 10
    texts: dict[str, dict[str, str]] = {}


class SpecialDay(msgspec.Struct, frozen=True, array_like=True):
    """A day on which other hours hold: the date as 20261225, and the kind that schedules refer to."""

    day: int
    kind: str


class CalendarRow(Row, tag="calendar", frozen=True):
    """The site's special days."""

    site_id: str
    days: tuple[SpecialDay, ...] = ()


class DayWindow(msgspec.Struct, frozen=True, array_like=True):
    """Minutes after the midnight of the day on which the window begins; `to_minute` beyond 1440 is the next day."""

    from_minute: int
    to_minute: int


class ScheduleRow(Row, tag="schedule", frozen=True):
    """Hours of the seven days from Monday, and of each kind of special day."""

    schedule_id: str
    name: str
    weekly: tuple[tuple[DayWindow, ...], ...]
    special: dict[str, tuple[DayWindow, ...]] = {}


class ZoneRow(Row, tag="zone", frozen=True):
    """A part of the club and its rules; the fields are those of `access_policy.zone.Zone`."""

    zone_id: str
    name: str
    passback: Literal["off", "soft", "hard"] = "off"
    passback_s: int | None = None
    forgive_minute: int = 0
    forgiven_at: int | None = None
    occupancy_limit: int | None = None
    needs_pin: bool = False
    has_first_person_in: bool = False


class LaneRow(Row, tag="lane", frozen=True):
    """Which zone each direction of a lane leads to; an empty zone is outside.

    `gateway_id` is the gateway that was enrolled for the lane and is in service: the others of the site believe it.
    `device_kind` is what stands there: turnstile or door.
    """

    lane_id: str
    zone_in_id: str = ""
    zone_out_id: str = ""
    gateway_id: str = ""
    device_kind: str = "turnstile"


class LevelGrant(msgspec.Struct, frozen=True, array_like=True):
    """A zone in the hours of a schedule; without a schedule always."""

    zone_id: str
    schedule_id: str = ""


class LevelRow(Row, tag="level", frozen=True):
    """An access level: where and when the holders of a plan may go."""

    level_id: str
    name: str
    grants: tuple[LevelGrant, ...] = ()


class CredentialRow(Row, tag="credential", frozen=True):
    """A card, fob or code: `credential_hash` as made by `credential_hash.hash_credential`, PINs as by `hash_pin`."""

    credential_hash: str
    member_id: str
    status: CredentialStatus = "active"
    pin_hash: str = ""
    duress_pin_hash: str = ""


class EntitlementRow(Row, tag="entitlement", frozen=True):
    """What a member may do, and how the display greets them.

    Anti-passback forgets where the member was before `forgiven_at`.
    """

    member_id: str
    display_name: str
    locale: str
    windows: tuple[EntitlementWindow, ...] = ()
    role: Literal["member", "staff", "emergency"] = "member"
    bookings: tuple[Booking, ...] = ()
    forgiven_at: int | None = None


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


PolicyRow = SiteRow | CalendarRow | ScheduleRow | ZoneRow | LaneRow | LevelRow
"""What is the same for every member of the site."""

StateRow = PolicyRow | CredentialRow | EntitlementRow | FlagRow

POLICY_KINDS = ("site", "calendar", "schedule", "zone", "lane", "level")
"""The kinds that the keys of `PolicyRow`s begin with."""

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder: msgspec.msgpack.Decoder[StateRow] = msgspec.msgpack.Decoder(StateRow)


_NAME_OF_ID: dict[type[Row], str] = {
    SiteRow: "site_id",
    CalendarRow: "site_id",
    ScheduleRow: "schedule_id",
    ZoneRow: "zone_id",
    LaneRow: "lane_id",
    LevelRow: "level_id",
    CredentialRow: "credential_hash",
    EntitlementRow: "member_id",
    FlagRow: "flag_id",
}


def row_key(row: StateRow) -> str:
    """The row's address, `{kind}/{id}`, unique within a site."""
    kind = type(row)
    return f"{kind.__struct_config__.tag}/{getattr(row, _NAME_OF_ID[kind])}"


def is_policy_key(key: str) -> bool:
    """Whether the row with this key is about the site itself, not about a member."""
    return key.partition("/")[0] in POLICY_KINDS


def encode_row(row: StateRow) -> bytes:
    """The one byte form of a row: both sides digest it, so equal rows are equal bytes."""
    return _encoder.encode(row)


def parse_row(data: bytes) -> StateRow:
    """Read back what `encode_row` wrote.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the bytes are not a row (see `errors.DECODE_FAULTS`).
    """
    return _decoder.decode(data)
