"""Zones, lanes' places, schedules, special days and access levels over HTTP."""

from typing import Final

from fastapi import APIRouter, Response

from cloud.access_rules import editing, levels, schedules, special_days, zones
from cloud.access_rules.models import AccessLevel, Schedule, SpecialDay, Zone
from cloud.access_rules.schedules import Hours
from cloud.access_rules.schemas import (
    LanePlaceIn,
    LanePlaceOut,
    LevelChange,
    LevelIn,
    LevelOut,
    ScheduleChange,
    ScheduleIn,
    ScheduleOut,
    SpecialDayIn,
    SpecialDayOut,
    ZoneChange,
    ZoneIn,
    ZoneOut,
    grants_in,
    special_in,
    weekly_in,
)
from cloud.access_rules.special_days import SpecialDayDetails
from cloud.access_rules.zones import ZoneDetails
from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["access rules"])

_READABLE: Final = [require("gateways.read")]


@router.get("/sites/{site_id}/zones", dependencies=_READABLE, responses=problems(401, 403, 404, 422))
def list_zones(site_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT) -> Page[ZoneOut]:
    """The zones of a site, the oldest first."""
    page = editing.find_page(session, Zone, site_id, after=after, limit=limit)
    return Page(items=[ZoneOut.model_validate(zone) for zone in page.items], next=page.next)


@router.post("/sites/{site_id}/zones", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_zone(
    site_id: str, body: ZoneIn, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> ZoneOut:
    """Add a zone; lanes lead there once they are told to."""
    details = ZoneDetails(**body.model_dump())
    return ZoneOut.model_validate(zones.create(session, staff.actor, site_id, details))


@router.get("/zones/{zone_id}", dependencies=_READABLE, responses=problems(401, 403, 404))
def get_zone(zone_id: str, session: ReadSession) -> ZoneOut:
    """One zone."""
    return ZoneOut.model_validate(zones.get(session, zone_id))


@router.patch("/zones/{zone_id}", responses=problems(401, 403, 404, 422))
def change_zone(
    zone_id: str, body: ZoneChange, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> ZoneOut:
    """Change what the body names; the rest stays."""
    changes = body.model_dump(exclude_unset=True)
    return ZoneOut.model_validate(zones.change(session, staff.actor, zone_id, changes))


@router.post("/zones/{zone_id}/forgive", responses=problems(401, 403, 404))
def forgive_zone(zone_id: str, session: Transaction, staff: SignedIn = require("access_rules.write")) -> ZoneOut:
    """Let the gates forget who is inside: everybody may come in again, and the count begins anew."""
    return ZoneOut.model_validate(zones.forgive(session, staff.actor, zone_id))


@router.delete("/zones/{zone_id}", status_code=204, responses=problems(401, 403, 404, 409))
def delete_zone(zone_id: str, session: Transaction, staff: SignedIn = require("access_rules.write")) -> Response:
    """Remove a zone that no lane leads to and no level grants."""
    zones.delete(session, staff.actor, zone_id)
    return Response(status_code=204)


@router.get("/sites/{site_id}/lane-places", dependencies=_READABLE, responses=problems(401, 403, 404))
def list_lane_places(site_id: str, session: ReadSession) -> Page[LanePlaceOut]:
    """Where the lanes of a site lead; never more than one page."""
    sites.get_site(session, site_id)
    places = zones.list_places(session, site_id)
    return Page(items=[LanePlaceOut.model_validate(place) for place in places], next=None)


@router.patch("/lanes/{lane_id}/place", responses=problems(401, 403, 404, 422))
def place_lane(
    lane_id: str, body: LanePlaceIn, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> LanePlaceOut:
    """Say which zone each direction of a lane leads to."""
    return LanePlaceOut.model_validate(zones.place_lane(session, staff.actor, lane_id, **body.model_dump()))


@router.get("/sites/{site_id}/schedules", dependencies=_READABLE, responses=problems(401, 403, 404, 422))
def list_schedules(
    site_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[ScheduleOut]:
    """The schedules of a site, the oldest first."""
    page = editing.find_page(session, Schedule, site_id, after=after, limit=limit)
    return Page(items=[ScheduleOut.of(schedule) for schedule in page.items], next=page.next)


@router.post("/sites/{site_id}/schedules", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_schedule(
    site_id: str, body: ScheduleIn, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> ScheduleOut:
    """Add a schedule; levels name it."""
    hours = Hours(weekly=weekly_in(body.weekly), special=special_in(body.special))
    return ScheduleOut.of(schedules.create(session, staff.actor, site_id, body.name, hours))


@router.get("/schedules/{schedule_id}", dependencies=_READABLE, responses=problems(401, 403, 404))
def get_schedule(schedule_id: str, session: ReadSession) -> ScheduleOut:
    """One schedule."""
    return ScheduleOut.of(schedules.get(session, schedule_id))


@router.patch("/schedules/{schedule_id}", responses=problems(401, 403, 404, 422))
def change_schedule(
    schedule_id: str, body: ScheduleChange, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> ScheduleOut:
    """Change the name, the hours of the week, those of the special days; what is left out stays."""
    weekly = None if body.weekly is None else weekly_in(body.weekly)
    special = None if body.special is None else special_in(body.special)
    changed = schedules.change(session, staff.actor, schedule_id, name=body.name, weekly=weekly, special=special)
    return ScheduleOut.of(changed)


@router.delete("/schedules/{schedule_id}", status_code=204, responses=problems(401, 403, 404, 409))
def delete_schedule(
    schedule_id: str, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> Response:
    """Remove a schedule that no level names."""
    schedules.delete(session, staff.actor, schedule_id)
    return Response(status_code=204)


@router.get("/sites/{site_id}/special-days", dependencies=_READABLE, responses=problems(401, 403, 404, 422))
def list_special_days(
    site_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[SpecialDayOut]:
    """The special days of a site, in the order in which they were entered."""
    page = editing.find_page(session, SpecialDay, site_id, after=after, limit=limit)
    return Page(items=[SpecialDayOut.model_validate(special) for special in page.items], next=page.next)


@router.post("/sites/{site_id}/special-days", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_special_day(
    site_id: str, body: SpecialDayIn, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> SpecialDayOut:
    """Add a day on which schedules have the hours of this kind, or are closed."""
    details = SpecialDayDetails(**body.model_dump())
    return SpecialDayOut.model_validate(special_days.create(session, staff.actor, site_id, details))


@router.delete("/special-days/{special_day_id}", status_code=204, responses=problems(401, 403, 404))
def delete_special_day(
    special_day_id: str, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> Response:
    """Let a day be an ordinary one again."""
    special_days.delete(session, staff.actor, special_day_id)
    return Response(status_code=204)


@router.get("/sites/{site_id}/access-levels", dependencies=_READABLE, responses=problems(401, 403, 404, 422))
def list_access_levels(
    site_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[LevelOut]:
    """The access levels of a site, the oldest first."""
    page = editing.find_page(session, AccessLevel, site_id, after=after, limit=limit)
    return Page(items=[LevelOut.of(level) for level in page.items], next=page.next)


@router.post("/sites/{site_id}/access-levels", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_access_level(
    site_id: str, body: LevelIn, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> LevelOut:
    """Add an access level."""
    return LevelOut.of(levels.create(session, staff.actor, site_id, body.name, grants_in(body.grants)))


@router.get("/access-levels/{level_id}", dependencies=_READABLE, responses=problems(401, 403, 404))
def get_access_level(level_id: str, session: ReadSession) -> LevelOut:
    """One access level."""
    return LevelOut.of(levels.get(session, level_id))


@router.patch("/access-levels/{level_id}", responses=problems(401, 403, 404, 422))
def change_access_level(
    level_id: str, body: LevelChange, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> LevelOut:
    """Change the name or all grants; what is left out stays."""
    grants = None if body.grants is None else grants_in(body.grants)
    return LevelOut.of(levels.change(session, staff.actor, level_id, name=body.name, grants=grants))


@router.delete("/access-levels/{level_id}", status_code=204, responses=problems(401, 403, 404, 409))
def delete_access_level(
    level_id: str, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> Response:
    """Remove an access level."""
    levels.delete(session, staff.actor, level_id)
    return Response(status_code=204)
