"""What the gates shall know of the site itself, as rows of the sync contract. Pure: nouns in, rows out."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from access_policy.schedule import day_number
from cloud.access_rules.models import AccessLevel, LanePlace, Schedule, SpecialDay, Zone
from cloud.sites.models import Site
from sync_protocol.state_rows import (
    CalendarRow,
    DayWindow,
    LaneRow,
    LevelGrant,
    LevelRow,
    ScheduleRow,
    SiteRow,
    ZoneRow,
)
from sync_protocol.state_rows import SpecialDay as SpecialDayOnWire


def site_row(site: Site) -> SiteRow:
    """The site's rules."""
    return SiteRow(
        site_id=site.id,
        name=site.name,
        time_zone=site.time_zone,
        locale=site.locale,
        lease_days=site.lease_days,
        lease_policy=cast("Any", site.lease_policy),
        clock_policy=cast("Any", site.clock_policy),
        exit_policy=cast("Any", site.exit_policy),
        impossible_travel_s=site.impossible_travel_s,
        texts=site.refusal_texts,
    )


def calendar_row(site_id: str, days: Sequence[SpecialDay]) -> CalendarRow:
    """The site's special days, in their order."""
    return CalendarRow(site_id, tuple(SpecialDayOnWire(day_number(special.day), special.kind) for special in days))


def schedule_row(schedule: Schedule) -> ScheduleRow:
    """Hours."""
    return ScheduleRow(
        schedule_id=schedule.id,
        name=schedule.name,
        weekly=tuple(_windows(day) for day in schedule.weekly),
        special={kind: _windows(windows) for kind, windows in schedule.special.items()},
    )


def zone_row(zone: Zone) -> ZoneRow:
    """A part of the club."""
    return ZoneRow(
        zone_id=zone.id,
        name=zone.name,
        passback=cast("Any", zone.passback),
        passback_s=zone.passback_s,
        forgive_minute=zone.forgive_minute,
        forgiven_at=None if zone.forgiven_at is None else int(zone.forgiven_at.timestamp()),
        occupancy_limit=zone.occupancy_limit,
        needs_pin=zone.needs_pin,
        has_first_person_in=zone.has_first_person_in,
    )


def lane_row(lane_id: str, place: LanePlace | None, gateway_id: str) -> LaneRow:
    """Where a lane leads, without a place nowhere, and the gateway in service there, if there is one."""
    if place is None:
        return LaneRow(lane_id, gateway_id=gateway_id)
    return LaneRow(lane_id, place.zone_in_id or "", place.zone_out_id or "", gateway_id, device_kind=place.device_kind)


def level_row(level: AccessLevel) -> LevelRow:
    """Where and when."""
    grants = sorted(level.grants, key=lambda grant: grant.zone_id)
    return LevelRow(level.id, level.name, tuple(LevelGrant(grant.zone_id, grant.schedule_id or "") for grant in grants))


def _windows(pairs: Iterable[Sequence[int]]) -> tuple[DayWindow, ...]:
    return tuple(DayWindow(start, end) for start, end in pairs)
