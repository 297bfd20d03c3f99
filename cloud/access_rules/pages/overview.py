"""The access rules of a site on one page: where, when, who, and whether the gates obey them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_rules import levels, schedules, special_days, zones
from cloud.access_rules.models import AccessLevel, Schedule
from cloud.access_rules.pages import terms
from cloud.access_rules.pages.forms import address_of
from cloud.access_rules.pages.week import DayView, SpecialView, special_views, week_views
from cloud.api import ReadSession
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.kit.clock import local_day
from cloud.presence import service as presence
from cloud.sites import service as sites
from cloud.sites.models import Gateway, Lane, Site

router = APIRouter()


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane and the names of the zones that it joins; none is outside."""

    lane: Lane
    zone_in: str | None
    zone_out: str | None
    device_kind: str


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as a week to look at."""

    schedule: Schedule
    week: Sequence[DayView]
    special: Sequence[SpecialView]


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level with the names of what it grants: zone, and schedule unless it is always."""

    level: AccessLevel
    grants: Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class GateView:
    """Whether a gateway has heard of everything that is decided for its site."""

    gateway: Gateway
    state: Literal["in_force", "pending", "offline"]


@router.get("/access/rules/{site_id}")
def show_access_rules(site_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """The whole page."""
    site = sites.get_site(session, site_id)
    zone = ZoneInfo(site.time_zone)
    days = special_days.list_of_site(session, site_id)
    today = local_day(session.now, zone)
    return render(
        viewer,
        "access_rules/overview.html",
        site=site,
        zone=zone,
        terms=terms,
        rolls=presence.who_is_inside(session, site_id),
        lanes=_lanes(session, site_id),
        schedules=[_schedule_view(schedule, viewer.language) for schedule in schedules.list_of_site(session, site_id)],
        days=[special for special in days if special.day >= today],
        past_days_count=sum(special.day < today for special in days),
        levels=_levels(session, site_id),
        gates=_gates(session, site),
    )


@router.get("/access/rules/{site_id}/zones")
def show_zones(site_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """The zones with how many are inside, as the part of the page that keeps itself up to date."""
    if not viewer.is_fragment:
        return go_to(viewer, address_of(site_id))
    zone, rolls = ZoneInfo(sites.get_site(session, site_id).time_zone), presence.who_is_inside(session, site_id)
    return render(viewer, "access_rules/zone_list.html", zone=zone, rolls=rolls, terms=terms)


@router.get("/access/rules/{site_id}/gates")
def show_gates(site_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """Whether the gates obey, as the part of the page that keeps itself up to date."""
    site = sites.get_site(session, site_id)
    context: dict[str, Any] = {"zone": ZoneInfo(site.time_zone), "gates": _gates(session, site)}
    return render(viewer, "access_rules/gates.html", **context)


def _lanes(session: UnitOfWork, site_id: str) -> list[LaneView]:
    names: dict[str | None, str] = {zone.id: zone.name for zone in zones.list_of_site(session, site_id)}
    places = {place.lane_id: place for place in zones.list_places(session, site_id)}
    views = []
    for lane in sites.list_lanes(session, site_id):
        place = places.get(lane.id)
        zone_in = names.get(place.zone_in_id) if place else None
        zone_out = names.get(place.zone_out_id) if place else None
        views.append(LaneView(lane, zone_in, zone_out, place.device_kind if place else "turnstile"))
    return views


def _schedule_view(schedule: Schedule, language: str) -> ScheduleView:
    hours = schedules.hours_of(schedule)
    return ScheduleView(schedule, week_views(hours.weekly, language), special_views(hours.special))


def _levels(session: UnitOfWork, site_id: str) -> list[LevelView]:
    zone_names = {zone.id: zone.name for zone in zones.list_of_site(session, site_id)}
    schedule_names = {schedule.id: schedule.name for schedule in schedules.list_of_site(session, site_id)}
    return [
        LevelView(
            level,
            sorted(
                (zone_names[zone_id], None if schedule_id is None else schedule_names[schedule_id])
                for zone_id, schedule_id in levels.grants_of(level).items()
            ),
        )
        for level in levels.list_of_site(session, site_id)
    ]


def _gates(session: UnitOfWork, site: Site) -> list[GateView]:
    head = desired_state.head(session, site.id).revision
    views = []
    for gateway in sites.list_gateways(session, site.id):
        state: Literal["in_force", "pending", "offline"] = "pending"
        if gateway.applied_revision >= head and gateway.applied_at is not None:
            state = "in_force"
        elif not sites.is_connected(gateway, session.now):
            state = "offline"
        views.append(GateView(gateway, state))
    return views
