"""The part of the front desk that says what matters now, beside the live feed. It keeps itself up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_events import feed_rows
from cloud.access_events.feed_rows import FeedRow
from cloud.access_events.repository import EventFilter
from cloud.api import ReadSession
from cloud.arrivals import service as arrivals
from cloud.arrivals.service import Arrival
from cloud.class_sessions.models import ClassSession
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.presence import service as presence
from cloud.sites import service as sites
from cloud.sites.models import Site

COMING_WITHIN: Final = timedelta(hours=3)
COMING_MAX: Final = 20
REFUSED_WITHIN: Final = timedelta(minutes=30)
TAPS_LOOKED_AT: Final = 50
ADVICE: Final = {
    "credential_not_found": mark("Find the person, and give them a card."),
    "credential_not_enabled": mark("Ask what became of the card: it is blocked or lost."),
    "credential_expired": mark("Offer the next contract."),
    "credential_not_active": mark("Tell the day on which the contract begins."),
    "membership_frozen": mark("Ask whether the freeze should end today."),
    "no_visits_left": mark("Offer more visits."),
    "no_entitlement": mark("Offer a contract."),
    "no_booking": mark("Book a session for them."),
    "dues_overdue": mark("Take the payment: the gate opens once it is noted."),
    "certificate_missing": mark("Ask for the certificate, and note its last day."),
    "not_permitted_at_this_time": mark("Tell the hours of their contract."),
    "flagged_by_staff": mark("Read on the card why they were stopped."),
    "black_listed": mark("Ask the manager to come."),
}
"""What to say or do about a refusal, by its reason; the others explain themselves."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who is expected, and for which session."""

    held: ClassSession
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class SiteNow:
    """A club at this moment. `full` are its zones in which nobody has room any more."""

    site: Site
    zone: ZoneInfo
    inside_count: int
    full: Sequence[str]
    coming: Sequence[Coming]


@dataclass(frozen=True, slots=True)
class DeskNow:
    """All clubs at this moment, and who was refused within the last half hour: each person once, the last first."""

    sites: Sequence[SiteNow]
    refused: Sequence[FeedRow]


@router.get("/front-desk/now")
def show_now(session: ReadSession, viewer: Viewer = viewing("access.read")) -> Response:
    """The part of the page."""
    return render(viewer, "front_desk/now.html", desk=desk_now(session), advice=ADVICE)


def desk_now(session: UnitOfWork) -> DeskNow:
    """What matters at this moment."""
    taps = feed_rows.latest(session, EventFilter(), before_id=None, limit=TAPS_LOOKED_AT).rows
    last: dict[str, FeedRow] = {}
    for row in taps:
        if isinstance(row, FeedRow):
            last.setdefault(row.member_id or row.tap_id, row)
    refused = [
        row
        for row in last.values()
        if row.outcome == "block" and session.now - row.occurred_at <= REFUSED_WITHIN and not row.is_history
    ]
    return DeskNow([_site_now(session, site) for site in sites.list_sites(session)], refused)


def _site_now(session: UnitOfWork, site: Site) -> SiteNow:
    zone = ZoneInfo(site.time_zone)
    rolls = presence.who_is_inside(session, site.id)
    expected = [
        Coming(each.held, arrival)
        for group in arrivals.who_comes(session, site.id, local_day(session.now, zone))
        for each in group.sessions
        if each.held.ends_at > session.now and each.held.starts_at - session.now <= COMING_WITHIN
        for arrival in each.arrivals
        if arrival.booking.attended_at is None
    ]
    expected.sort(key=lambda coming: (coming.held.starts_at, coming.arrival.member.sort_name))
    return SiteNow(
        site=site,
        zone=zone,
        inside_count=sum(roll.count for roll in rolls),
        full=[roll.zone.name for roll in rolls if roll.is_full],
        coming=expected[:COMING_MAX],
    )
