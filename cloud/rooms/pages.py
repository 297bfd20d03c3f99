"""The form of a room."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.access_rules import zones
from cloud.activities.pages import ADDRESS, BACK
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.rooms import service
from cloud.rooms.models import Room
from cloud.rooms.schemas import RoomIn
from cloud.rooms.service import RoomDetails
from cloud.sites import service as sites

router = APIRouter()


@router.get(ADDRESS + "/sites/{site_id}/rooms/new")
def show_new_room(site_id: str, session: ReadSession, viewer: Viewer = viewing("sessions.write")) -> Response:
    """An empty form."""
    site = sites.get_site(session, site_id)
    return _form(session, viewer, site.id, {"seats": "10"})


@router.post(ADDRESS + "/sites/{site_id}/rooms")
def create_room(site_id: str, session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Add the room."""
    sites.get_site(session, site_id)
    with attempt(session, form.viewer.words) as errors:
        details = RoomDetails(**_read(form.fields).model_dump())
        service.create(session, form.viewer.signed_in.actor, site_id, details)
    if errors:
        return _form(session, form.viewer, site_id, form.fields, errors)
    return go_to(form.viewer, f"{ADDRESS}?site={site_id}", notice="task_saved")


@router.get(ADDRESS + "/rooms/{room_id}")
def show_room(room_id: str, session: ReadSession, viewer: Viewer = viewing("sessions.write")) -> Response:
    """The form of a room, as it is."""
    room = service.get(session, room_id)
    fields = {"name": room.name, "seats": str(room.seats), "zone_id": room.zone_id or ""}
    fields |= {"is_obsolete": "on"} if room.is_obsolete else {}
    return _form(session, viewer, room.site_id, fields, room=room)


@router.post(ADDRESS + "/rooms/{room_id}")
def change_room(room_id: str, session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Save the room."""
    room = service.get(session, room_id)
    with attempt(session, form.viewer.words) as errors:
        service.change(session, form.viewer.signed_in.actor, room_id, _read(form.fields).model_dump())
    if errors:
        return _form(session, form.viewer, room.site_id, form.fields, errors, room=room)
    return go_to(form.viewer, f"{ADDRESS}?site={room.site_id}", notice="task_saved")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    site_id: str,
    fields: Mapping[str, str],
    errors: Errors | None = None,
    *,
    room: Room | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New room")) if room is None else say(mark("Room")),
        action=f"{ADDRESS}/sites/{site_id}/rooms" if room is None else f"{ADDRESS}/rooms/{room.id}",
        button=say(mark("Save")),
        back=f"{ADDRESS}?site={site_id}",
        back_text=say(BACK),
        body="rooms/room_fields.html",
        history=("room", room.id) if room else None,
    )
    known = [("", say(mark("every zone"))), *((zone.id, zone.name) for zone in zones.list_of_site(session, site_id))]
    return show(viewer, sheet, fields, errors, zones=known)


def _read(fields: Mapping[str, str]) -> RoomIn:
    return RoomIn.model_validate(
        {
            "name": fields.get("name", ""),
            "seats": fields.get("seats", ""),
            "zone_id": fields.get("zone_id") or None,
            "is_obsolete": "is_obsolete" in fields,
        }
    )
