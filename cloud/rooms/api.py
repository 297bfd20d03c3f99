"""Rooms over HTTP."""

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.rooms import service
from cloud.rooms.schemas import RoomChange, RoomIn, RoomOut
from cloud.rooms.service import RoomDetails
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["schedule"])


@router.get("/sites/{site_id}/rooms", dependencies=[require("sessions.read")], responses=problems(401, 403, 404, 422))
def list_rooms(site_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT) -> Page[RoomOut]:
    """The rooms of a site, the oldest first."""
    page = service.find_page(session, site_id, after=after, limit=limit)
    return Page(items=[RoomOut.model_validate(each) for each in page.items], next=page.next)


@router.post("/sites/{site_id}/rooms", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_room(
    site_id: str, body: RoomIn, session: Transaction, staff: SignedIn = require("sessions.write")
) -> RoomOut:
    """Add a room."""
    return RoomOut.model_validate(service.create(session, staff.actor, site_id, RoomDetails(**body.model_dump())))


@router.patch("/rooms/{room_id}", responses=problems(401, 403, 404, 422))
def change_room(
    room_id: str, body: RoomChange, session: Transaction, staff: SignedIn = require("sessions.write")
) -> RoomOut:
    """Change a room; sessions that are planned keep their seats and their zone."""
    return RoomOut.model_validate(service.change(session, staff.actor, room_id, body.model_dump(exclude_unset=True)))
