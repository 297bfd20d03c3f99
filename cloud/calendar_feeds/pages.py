"""The addresses of calendars: each sees their own; who plans sessions makes and revokes those of everybody."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.calendar_feeds import service
from cloud.calendar_feeds.api import path_of
from cloud.console.asking import chosen_site
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.errors import ForbiddenError
from cloud.sites import service as sites
from cloud.staff import service as staff

router = APIRouter()


@dataclass(frozen=True, slots=True)
class FeedView:
    """Somebody's calendar; `address` only for themselves."""

    staff_id: str
    name: str
    has_address: bool
    address: str


@router.get("/schedule/calendars")
def show_calendars(
    request: Request, session: ReadSession, settings: AppSettings, viewer: Viewer = viewing("sessions.read")
) -> Response:
    """The page."""
    own_id = viewer.signed_in.staff_id
    feeds = {feed.staff_id: feed for feed in service.list_all(session)}
    people = [each for each in staff.list_active(session) if each.id == own_id or viewer.may("sessions.write")]
    base = str(request.base_url).rstrip("/")
    views = [
        FeedView(
            each.id,
            each.name,
            each.id in feeds,
            base + path_of(service.token_of(feeds[each.id], settings.secret))
            if each.id == own_id and each.id in feeds
            else "",
        )
        for each in sorted(people, key=lambda each: (each.id != own_id, each.name))
    ]
    every_site = sites.list_sites(session)
    site = chosen_site(session, "")
    return render(viewer, "calendar_feeds/list.html", feeds=views, sites=every_site, site=site, own_id=own_id)


@router.post("/schedule/calendars/{staff_id}")
def make_calendar(staff_id: str, session: Transaction, form: Submission = submitting("sessions.read")) -> Response:
    """Make an address."""
    _check(form, staff_id)
    service.make(session, form.viewer.signed_in.actor, staff_id)
    return go_to(form.viewer, "/schedule/calendars", notice="calendar_made")


@router.post("/schedule/calendars/{staff_id}/revoke")
def revoke_calendar(staff_id: str, session: Transaction, form: Submission = submitting("sessions.read")) -> Response:
    """Revoke an address."""
    _check(form, staff_id)
    service.revoke(session, form.viewer.signed_in.actor, staff_id)
    return go_to(form.viewer, "/schedule/calendars", notice="calendar_revoked")


def _check(form: Submission, staff_id: str) -> None:
    if staff_id != form.viewer.signed_in.staff_id and not form.viewer.may("sessions.write"):
        raise ForbiddenError("not_permitted", "The calendar of somebody else.")
