"""The form that says which zones a lane joins."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from access_policy.zone import DeviceKind
from cloud.access_rules import zones
from cloud.access_rules.pages import forms
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.sites import service as sites
from cloud.sites.models import Lane

router = APIRouter()


@router.get("/access/lanes/{lane_id}/place")
def show_place(lane_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """Where the lane leads now."""
    lane = sites.get_lane(session, lane_id)
    places = {place.lane_id: place for place in zones.list_places(session, lane.site_id)}
    place = places.get(lane_id)
    fields = {
        "zone_in_id": (place.zone_in_id if place else None) or "",
        "zone_out_id": (place.zone_out_id if place else None) or "",
        "device_kind": place.device_kind if place else "turnstile",
    }
    return _form(session, viewer, lane, fields, {})


@router.post("/access/lanes/{lane_id}/place")
def place_lane(lane_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Save where it leads."""
    lane = sites.get_lane(session, lane_id)
    zone_in_id, zone_out_id = (form.fields.get(name) or None for name in ("zone_in_id", "zone_out_id"))
    actor = form.viewer.signed_in.actor
    kind: DeviceKind = "door" if form.fields.get("device_kind") == "door" else "turnstile"
    with attempt(session, form.viewer.words) as errors:
        zones.place_lane(session, actor, lane_id, zone_in_id=zone_in_id, zone_out_id=zone_out_id, device_kind=kind)
    if errors:
        return _form(session, form.viewer, lane, form.fields, errors)
    return forms.done(form.viewer, lane.site_id, "rules_saved")


def _form(session: UnitOfWork, viewer: Viewer, lane: Lane, fields: Mapping[str, str], errors: Errors) -> Response:
    title = viewer.words.text(mark("Where does %(lane)s lead?"), lane=lane.name)
    action, history = f"/access/lanes/{lane.id}/place", ("lane", lane.id)
    sheet = forms.sheet(viewer, lane.site_id, title, action, body="lane_fields", history=history)
    return show(viewer, sheet, fields, errors, zones=zones.list_of_site(session, lane.site_id))
