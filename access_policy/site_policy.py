"""The rules of a site that are the same for every member: what is in force for each decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from access_policy.schedule import Calendar, Schedule
from access_policy.zone import AccessLevel, LanePlace, Zone

LeasePolicy = Literal["refuse", "staff_only", "allow_and_report"]
"""Once the lease is over: everybody is refused; staff still pass; or all still pass and each passage is reported."""

ClockPolicy = Literal["refuse_in_doubt", "staff_only", "ignore_times"]
"""While the clock is not trusted: who might be refused at the true time is refused; only staff pass; or the time that
the gateway has is taken for true."""

ExitPolicy = Literal["check", "may_leave"]
"""Whether leaving obeys blocks, contracts and the lease like entering, or every known credential may leave."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules for the whole site.

    `lease_days` (0 to 90) bounds how long allows hold without contact. The same credential at two lanes within
    `impossible_travel_s` is taken for a copy; 0 turns that off. `texts` are the site's own words for a deny reason, by
    language.
    """

    site_id: str
    name: str
    time_zone: str
    locale: str
    lease_days: int = 30
    lease_policy: LeasePolicy = "refuse"
    clock_policy: ClockPolicy = "refuse_in_doubt"
    exit_policy: ExitPolicy = "check"
    impossible_travel_s: int = 10
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """The site's rules with all that they refer to, by id."""

    rules: SiteRules
    calendar: Calendar
    zones: Mapping[str, Zone] = field(default_factory=dict)
    lanes: Mapping[str, LanePlace] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    levels: Mapping[str, AccessLevel] = field(default_factory=dict)
