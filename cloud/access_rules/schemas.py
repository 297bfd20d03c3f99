"""What the API takes and gives about access rules."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from access_policy.schedule import DayWindow
from access_policy.zone import DeviceKind, Passback
from cloud.access_rules import hours_text, policy, schedules
from cloud.access_rules.levels import grants_of
from cloud.access_rules.models import AccessLevel, Schedule
from cloud.kit.days import Day
from cloud.kit.text_fields import Line

Name = Annotated[Line, StringConstraints(min_length=1, max_length=policy.NAME_CHARACTERS_MAX)]
Kind = Annotated[
    Line, StringConstraints(min_length=1, max_length=policy.KIND_CHARACTERS_MAX), AfterValidator(policy.plain_kind)
]
RuleId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
OpeningClock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Seconds = Annotated[int, Field(ge=1, le=policy.PASSBACK_S_MAX)]
DayMinute = Annotated[int, Field(ge=0, le=policy.DAY_MINUTES - 1)]
People = Annotated[int, Field(ge=1, le=policy.OCCUPANCY_MAX)]


class ZoneIn(BaseModel):
    """A zone to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Sauna"])
    passback: Passback = Field(
        default="off", description="Who is inside already and comes again: `soft` reports it, `hard` refuses it."
    )
    passback_s: Seconds | None = Field(default=None, description="Only for so long; null: until they have left.")
    forgive_minute: DayMinute = Field(
        default=policy.CLOSING_MINUTE, description="Minute of the site's day at which everybody counts as gone."
    )
    occupancy_limit: People | None = Field(default=None, description="So many people at most; null: no limit.")
    needs_pin: bool = False
    has_first_person_in: bool = Field(default=False, description="Members wait until staff have come in that day.")


class ZoneChange(ZoneIn):
    """What to change of a zone; what is left out stays."""

    name: Name = "-"


class ZoneOut(BaseModel):
    """A zone."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["zon_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    passback: str
    passback_s: int | None
    forgive_minute: int
    forgiven_at: datetime | None = Field(description="When staff last let the gates forget who is inside.")
    occupancy_limit: int | None
    needs_pin: bool
    has_first_person_in: bool


class LanePlaceIn(BaseModel):
    """Where a lane shall lead; null is outside."""

    model_config = ConfigDict(extra="forbid")

    zone_in_id: RuleId | None = Field(description="Where the direction `in` leads.")
    zone_out_id: RuleId | None = Field(default=None, description="Where the direction `out` leads.")
    device_kind: DeviceKind | None = Field(
        default=None, description="What stands there; flags may be meant for one kind alone. Null: as it is."
    )


class LanePlaceOut(BaseModel):
    """Where a lane leads; null is outside."""

    model_config = ConfigDict(from_attributes=True)

    lane_id: str
    zone_in_id: str | None
    zone_out_id: str | None
    device_kind: str


class Window(BaseModel):
    """A time of a day on which it is open. One that closes at or before it opens closes on the next day."""

    model_config = ConfigDict(extra="forbid")

    opens: OpeningClock = Field(examples=["06:30"])
    closes: Clock = Field(examples=["22:00"])

    @property
    def minutes(self) -> DayWindow:
        """As the gates know it."""
        return hours_text.window_between(self.opens, self.closes)

    @classmethod
    def of(cls, window: DayWindow) -> Self:
        """As people write it."""
        return cls(opens=hours_text.opening(window), closes=hours_text.closing(window))


Windows = Annotated[list[Window], Field(max_length=policy.WINDOWS_MAX)]
Weekly = Annotated[list[Windows], Field(min_length=policy.DAYS, max_length=policy.DAYS)]
Special = Annotated[dict[Kind, Windows], Field(max_length=policy.KINDS_MAX)]
_WEEK = [[{"opens": "06:30", "closes": "22:00"}]] * 5 + [[{"opens": "09:00", "closes": "18:00"}], []]


class ScheduleIn(BaseModel):
    """A schedule to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Opening hours"])
    weekly: Weekly = Field(description="The seven days from Monday.", examples=[_WEEK])
    special: Special = Field(
        default={},
        description="The hours of each kind of special day; a kind that is left out is closed.",
        examples=[{"short day": [{"opens": "08:00", "closes": "13:00"}]}],
    )


class ScheduleChange(BaseModel):
    """What to change of a schedule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    weekly: Weekly | None = None
    special: Special | None = None


class ScheduleOut(BaseModel):
    """A schedule."""

    id: str = Field(examples=["sch_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    weekly: list[list[Window]]
    special: dict[str, list[Window]]

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """What the table holds."""
        hours = schedules.hours_of(schedule)
        return cls(
            id=schedule.id,
            site_id=schedule.site_id,
            name=schedule.name,
            weekly=[[Window.of(window) for window in day] for day in hours.weekly],
            special={kind: [Window.of(window) for window in windows] for kind, windows in hours.special.items()},
        )


def weekly_in(weekly: list[list[Window]]) -> list[list[DayWindow]]:
    """The hours of the week that a request asks for."""
    return [[window.minutes for window in day] for day in weekly]


def special_in(special: dict[str, list[Window]]) -> dict[str, list[DayWindow]]:
    """The hours of special days that a request asks for."""
    return {kind: [window.minutes for window in windows] for kind, windows in special.items()}


class SpecialDayIn(BaseModel):
    """A special day to add."""

    model_config = ConfigDict(extra="forbid")

    day: Day = Field(examples=["2026-12-25"])
    kind: Kind = Field(description="What schedules name other hours by; case does not matter.", examples=["holiday"])
    name: Name = Field(examples=["Christmas"])


class SpecialDayOut(BaseModel):
    """A special day."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["spd_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    day: date
    kind: str
    name: str


class GrantIn(BaseModel):
    """A zone in the hours of a schedule; without a schedule always."""

    model_config = ConfigDict(extra="forbid")

    zone_id: RuleId = Field(examples=["zon_06f3v7q8x0k2m4n6p8r0"])
    schedule_id: RuleId | None = None


Grants = Annotated[list[GrantIn], Field(max_length=policy.ZONES_MAX)]


def _each_once(grants: list[GrantIn]) -> list[GrantIn]:
    if len({grant.zone_id for grant in grants}) < len(grants):
        raise ValueError("must not grant a zone twice; one schedule can have several times a day")
    return grants


class LevelIn(BaseModel):
    """An access level to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Morning"])
    grants: Annotated[Grants, AfterValidator(_each_once)] = Field(
        default=[], examples=[[{"zone_id": "zon_06f3v7q8x0k2m4n6p8r0", "schedule_id": "sch_06f3v7q8x0k2m4n6p8r0"}]]
    )


class LevelChange(BaseModel):
    """What to change of a level; what is left out stays, grants are replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    grants: Annotated[Grants, AfterValidator(_each_once)] | None = None


class LevelOut(BaseModel):
    """An access level: where and when the holders of a plan may go."""

    id: str = Field(examples=["lvl_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    grants: list[GrantIn]

    @classmethod
    def of(cls, level: AccessLevel) -> Self:
        """What the table holds."""
        grants: list[Any] = [
            GrantIn(zone_id=zone_id, schedule_id=schedule_id) for zone_id, schedule_id in grants_of(level).items()
        ]
        return cls(id=level.id, site_id=level.site_id, name=level.name, grants=grants)


def grants_in(grants: list[GrantIn]) -> dict[str, str | None]:
    """The grants that a request asks for."""
    return {grant.zone_id: grant.schedule_id for grant in grants}
