"""Activities over HTTP."""

from fastapi import APIRouter

from cloud.activities import service
from cloud.activities.schemas import ActivityChange, ActivityIn, ActivityOut
from cloud.activities.service import ActivityDetails
from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["schedule"])


@router.get("/activities", dependencies=[require("sessions.read")], responses=problems(401, 403, 422))
def list_activities(session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT) -> Page[ActivityOut]:
    """The activities, the oldest first."""
    page = service.find_page(session, after=after, limit=limit)
    return Page(items=[ActivityOut.model_validate(each) for each in page.items], next=page.next)


@router.post("/activities", status_code=201, responses=problems(401, 403, 409, 422))
def create_activity(body: ActivityIn, session: Transaction, staff: SignedIn = require("sessions.write")) -> ActivityOut:
    """Add an activity."""
    return ActivityOut.model_validate(service.create(session, staff.actor, ActivityDetails(**body.model_dump())))


@router.patch("/activities/{activity_id}", responses=problems(401, 403, 404, 422))
def change_activity(
    activity_id: str, body: ActivityChange, session: Transaction, staff: SignedIn = require("sessions.write")
) -> ActivityOut:
    """Change an activity."""
    changed = service.change(session, staff.actor, activity_id, body.model_dump(exclude_unset=True))
    return ActivityOut.model_validate(changed)
