"""Who belongs to the gym: members on every kind of plan, staff, the fire brigade's card; and the rules of its zone."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sync_protocol.credential_hash import hash_credential
from sync_protocol.state_rows import (
    CredentialRow,
    DayWindow,
    EntitlementRow,
    EntitlementWindow,
    FlagRow,
    LaneRow,
    LevelGrant,
    LevelRow,
    ScheduleRow,
    SiteRow,
    StateRow,
    TimeSpan,
    ZoneRow,
)

ROME: Final = ZoneInfo("Europe/Rome")
SITE_KEY: Final = bytes(range(32))
FACILITY: Final = 1
ZONE: Final = "zon_club"
LANES: Final = ("lan_1", "lan_2", "lan_3")
FORGIVE_MINUTE: Final = 23 * 60 + 30
GUESTS_PER_DAY: Final = 2
OFF_PEAK: Final = (9 * 60, 16 * 60)
NIGHT: Final = (22 * 60, 29 * 60 + 30)
"""From ten in the evening to half past five."""
STRANGER: Final = 60_000
"""The number of a card that nobody has."""
DAY_S: Final = 86_400

Kind = Literal[
    "full", "pack", "off_peak", "night", "host", "frozen", "over", "barred", "certificate", "staff", "brigade"
]
_SHARES: Final[dict[Kind, int]] = {
    "full": 45,
    "pack": 15,
    "off_peak": 10,
    "night": 8,
    "host": 10,
    "frozen": 3,
    "over": 3,
    "barred": 3,
    "certificate": 3,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a card; `visits` is what a pack holds."""

    card: int
    kind: Kind
    visits: int = 0

    @property
    def member_id(self) -> str:
        return f"mem_{self.card}"

    @property
    def contract_id(self) -> str:
        return f"ctr_{self.card}"

    @property
    def is_member(self) -> bool:
        return self.kind not in {"staff", "brigade"}


def recruit(rng: random.Random, members: int) -> list[Person]:
    """So many members on all kinds of plans, three of the staff, and the brigade."""
    kinds: list[Kind] = rng.choices(list(_SHARES), list(_SHARES.values()), k=members)
    people = [Person(100 + number, kind, rng.randint(1, 3)) for number, kind in enumerate(kinds)]
    people += [Person(10 + number, "staff") for number in range(3)]
    return [*people, Person(9, "brigade")]


def zone_row(limit: int, forgiven_at: int | None = None) -> ZoneRow:
    """The one zone: hard anti-passback, a limit of people, and members wait for the first of the staff."""
    return ZoneRow(
        ZONE, "Club", "hard", None, FORGIVE_MINUTE, forgiven_at, occupancy_limit=limit, has_first_person_in=True
    )


def site_rows(limit: int) -> list[StateRow]:
    """The rules of the site."""
    return [
        SiteRow("sit_gym", "Gym", ROME.key, "it"),
        zone_row(limit),
        *(LaneRow(lane_id, ZONE) for lane_id in LANES),
        ScheduleRow("sch_off_peak", "Off-peak", ((DayWindow(*OFF_PEAK),),) * 7),
        ScheduleRow("sch_night", "Night", ((DayWindow(*NIGHT),),) * 7),
        LevelRow("lev_off_peak", "Off-peak", (LevelGrant(ZONE, "sch_off_peak"),)),
        LevelRow("lev_night", "Night", (LevelGrant(ZONE, "sch_night"),)),
    ]


def rows_of(person: Person, midnight_s: int, noon_s: int) -> list[StateRow]:
    """Card, contract and flags of somebody, on the day that begins at this midnight."""
    rows: list[StateRow] = [
        CredentialRow(hash_credential(SITE_KEY, f"wiegand26:{FACILITY}:{person.card}"), person.member_id),
        _entitlement(person, midnight_s),
    ]
    if person.kind == "barred":
        rows.append(block_row(person))
    if person.kind == "certificate":
        rows.append(FlagRow(f"flg_c{person.card}", person.member_id, "certificate", "block", starts_at=noon_s))
    return rows


def block_row(person: Person) -> FlagRow:
    """A block that staff raised."""
    return FlagRow(f"flg_{person.card}", person.member_id, "manual", "block")


def wall(day: str, time_of_day: str) -> int:
    """The UTC seconds of a time by the gym's clock."""
    return int(datetime.fromisoformat(f"{day}T{time_of_day}").replace(tzinfo=ROME).timestamp())


def minute_of(now_s: float) -> int:
    """The minute of the day that the gym's clock shows."""
    shown = datetime.fromtimestamp(now_s, ROME)
    return shown.hour * 60 + shown.minute


def _entitlement(person: Person, midnight_s: int) -> EntitlementRow:
    name = f"Member {person.card}"
    if not person.is_member:
        return EntitlementRow(person.member_id, name, "it", role="staff" if person.kind == "staff" else "emergency")
    ends_at = midnight_s - DAY_S if person.kind == "over" else midnight_s + 30 * DAY_S
    freezes = (TimeSpan(midnight_s - DAY_S, midnight_s + 5 * DAY_S),) if person.kind == "frozen" else ()
    window = EntitlementWindow(
        person.contract_id,
        midnight_s - 30 * DAY_S,
        ends_at,
        freezes,
        person.visits if person.kind == "pack" else None,
        {"off_peak": "lev_off_peak", "night": "lev_night"}.get(person.kind, ""),
        guests_per_day=GUESTS_PER_DAY if person.kind == "host" else 0,
    )
    return EntitlementRow(person.member_id, name, "it", (window,))
