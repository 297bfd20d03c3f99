"""A gym in Rome in the words of the decision tables: its zones, its hours, a member, and moments by its wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from access_policy.credential import Credential
from access_policy.decide import decide
from access_policy.decision import Decision
from access_policy.entitlement import Booking, Entitlement, EntitlementWindow
from access_policy.facts import PinEntry, TapFacts, Whereabouts
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.schedule import Calendar, DayWindow, Schedule
from access_policy.site_policy import SitePolicy, SiteRules
from access_policy.zone import AccessLevel, LanePlace, LevelGrant, Zone

ROME = ZoneInfo("Europe/Rome")
DAY = 86_400


def at(wall: str, zone: ZoneInfo = ROME, *, fold: int = 0) -> int:
    """The UTC seconds of what the gym's clock shows, as `2026-03-02 18:30`."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold).timestamp())


NOON = at("2026-03-02 12:00")
"""A Monday."""


def hours(first: int, last: int) -> DayWindow:
    """From one full hour to another; 26 is two in the morning of the next day."""
    return DayWindow(first * 60, last * 60)


def weekly(schedule_id: str, *windows: DayWindow, **special: tuple[DayWindow, ...]) -> Schedule:
    """The same windows on every day."""
    return Schedule(schedule_id, schedule_id, (windows,) * 7, special)


MEMBER = Entitlement(
    "mem_a", "Anna", "it", (EntitlementWindow("ctr_a", at("2026-01-01 00:00"), at("2027-01-01 00:00")),)
)
RULES = SiteRules("sit_a", "Club", "Europe/Rome", "it")
CARD = Credential("00", "mem_a")
CLUB = Zone("club", "Club")
SPA = Zone("spa", "Spa")


@dataclass(frozen=True, slots=True)
class Gym:
    """A site with one member; lane `door` joins outside and club, lane `steam` joins club and spa."""

    zones: tuple[Zone, ...] = (CLUB, SPA)
    schedules: tuple[Schedule, ...] = ()
    levels: tuple[AccessLevel, ...] = ()
    special_days: Mapping[int, str] = field(default_factory=dict)
    rules: SiteRules = RULES
    member: Entitlement | None = MEMBER
    credential: Credential = CARD
    flags: tuple[Flag, ...] = ()
    last_contact_at: int | None = None
    """None: a minute before the tap."""
    device_kind: str = "turnstile"
    """What stands at the lane called door."""

    @property
    def policy(self) -> SitePolicy:
        """The rules of the site with all they refer to."""
        return SitePolicy(
            self.rules,
            Calendar(ZoneInfo(self.rules.time_zone), self.special_days),
            {zone.zone_id: zone for zone in self.zones},
            {
                "door": LanePlace("door", "club", "", device_kind=self.device_kind),
                "steam": LanePlace("steam", "spa", "club"),
            },
            {schedule.schedule_id: schedule for schedule in self.schedules},
            {level.level_id: level for level in self.levels},
        )

    def view(self, now_s: int) -> GateView:
        """All that the state says about the member's card."""
        heard_at = now_s - 60 if self.last_contact_at is None else self.last_contact_at
        return GateView(self.credential, self.member, self.flags, self.policy, 7, heard_at)

    def tap(self, now_s: int = NOON, lane_id: str = "door", **facts: object) -> Decision:
        """The member taps to come in."""
        usual = TapFacts(lane_id, "in", "free", now_s, is_clock_trusted=True)
        return decide(self.view(now_s), replace(usual, **facts))  # type: ignore[arg-type]

    def leave(self, now_s: int = NOON, lane_id: str = "door", **facts: object) -> Decision:
        """The member taps to go out."""
        return self.tap(now_s, lane_id, direction="out", **facts)

    def with_member(self, **changes: object) -> "Gym":
        """The same gym with another entitlement of its member."""
        assert self.member is not None
        return replace(self, member=replace(self.member, **changes))  # type: ignore[arg-type]

    def with_contract(self, **changes: object) -> "Gym":
        """The same gym with another first contract of its member."""
        assert self.member is not None
        first, *others = self.member.windows
        return self.with_member(windows=(replace(first, **changes), *others))  # type: ignore[arg-type]

    def with_device(self, kind: str) -> "Gym":
        """The same gym with something else at the lane called door."""
        return replace(self, device_kind=kind)

    def with_zone(self, **changes: object) -> "Gym":
        """The same gym with other rules of its first zone."""
        first, *others = self.zones
        return replace(self, zones=(replace(first, **changes), *others))  # type: ignore[arg-type]

    def with_rules(self, **changes: object) -> "Gym":
        """The same gym under other rules of the site."""
        return replace(self, rules=replace(self.rules, **changes))  # type: ignore[arg-type]


def level(level_id: str, *grants: tuple[str, str]) -> AccessLevel:
    """A level: zone and schedule of each grant."""
    return AccessLevel(level_id, level_id, tuple(LevelGrant(zone_id, schedule_id) for zone_id, schedule_id in grants))


def inside(since: int, zone_id: str = "club", lane_id: str = "door") -> Whereabouts:
    """The member went through to a zone at that moment."""
    return Whereabouts(zone_id, since, lane_id)


def booking(opens_at: int, closes_at: int, zone_id: str = "") -> Booking:
    """A booked session with its minutes before and after."""
    return Booking("bok_a", opens_at, closes_at, zone_id)


def block(source: str = "manual", **changes: object) -> Flag:
    """A flag that stops the member."""
    return Flag(f"flg_{source}", "mem_a", source, "block", **changes)  # type: ignore[arg-type]


def message(flag_id: str = "flg_m", **changes: object) -> Flag:
    """A flag that says something."""
    return Flag(flag_id, "mem_a", "task", "message", **changes)  # type: ignore[arg-type]


PINS: tuple[PinEntry, ...] = ("none", "right", "wrong", "duress", "held_off")
