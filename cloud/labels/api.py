"""Labels over HTTP."""

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.labels import service
from cloud.labels.schemas import LabelChange, LabelIn, LabelOut
from cloud.labels.service import LabelDetails, LabelKind
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["labels"])


@router.get("/labels", dependencies=[require("members.read")], responses=problems(401, 403, 422))
def list_labels(
    session: ReadSession, kind: LabelKind | None = None, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[LabelOut]:
    """Tags, card types, advertising sources and reasons for contact, the oldest first."""
    page = service.find_page(session, kind=kind, after=after, limit=limit)
    return Page(items=[LabelOut.model_validate(label) for label in page.items], next=page.next)


@router.post("/labels", status_code=201, responses=problems(401, 403, 409, 422))
def create_label(body: LabelIn, session: Transaction, staff: SignedIn = require("labels.write")) -> LabelOut:
    """Add a label."""
    return LabelOut.model_validate(service.create(session, staff.actor, LabelDetails(**body.model_dump())))


@router.patch("/labels/{label_id}", responses=problems(401, 403, 404, 422))
def change_label(
    label_id: str, body: LabelChange, session: Transaction, staff: SignedIn = require("labels.write")
) -> LabelOut:
    """Change what the body names; the rest stays."""
    changes = body.model_dump(exclude_unset=True)
    return LabelOut.model_validate(service.change(session, staff.actor, label_id, changes))
