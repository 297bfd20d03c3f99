"""Who is inside, over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, problems
from cloud.presence import service
from cloud.presence.schemas import PresenceOut, ZoneRollOut
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["presence"])


@router.get("/sites/{site_id}/presence", responses=problems(401, 403, 404))
def get_presence(site_id: str, session: ReadSession, _staff: SignedIn = require("access.read")) -> PresenceOut:
    """Everybody inside, by zone: the whole roll, never cut."""
    return PresenceOut(zones=[ZoneRollOut.of(roll) for roll in service.who_is_inside(session, site_id)])
