"""Purposes and their texts over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.privacy_purposes import service, texts
from cloud.privacy_purposes.schemas import PurposeChange, PurposeIn, PurposeOut, TextIn, TextOut
from cloud.privacy_purposes.service import PurposeDetails
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["privacy"])


@router.get("/privacy-purposes", dependencies=[require("members.read")], responses=problems(401, 403))
def list_purposes(session: ReadSession) -> list[PurposeOut]:
    """For what people are approached: every purpose, at most 50, the oldest first."""
    return [PurposeOut.model_validate(purpose) for purpose in service.list_all(session)]


@router.post("/privacy-purposes", status_code=201, responses=problems(401, 403, 409, 422))
def create_purpose(
    body: PurposeIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> PurposeOut:
    """Add a purpose. Before anybody can agree to one that rests on consent, it needs a text."""
    return PurposeOut.model_validate(service.create(session, staff.actor, PurposeDetails(**body.model_dump())))


@router.patch("/privacy-purposes/{purpose_id}", responses=problems(401, 403, 404, 422))
def change_purpose(
    purpose_id: str, body: PurposeChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> PurposeOut:
    """Change a purpose."""
    changes = body.model_dump(exclude_unset=True)
    return PurposeOut.model_validate(service.change(session, staff.actor, purpose_id, changes))


@router.get(
    "/privacy-purposes/{purpose_id}/texts", dependencies=[require("members.read")], responses=problems(401, 403, 404)
)
def list_texts(purpose_id: str, session: ReadSession) -> list[TextOut]:
    """The versions of the purpose's text, at most 100, the newest first."""
    service.get(session, purpose_id)
    return [TextOut.model_validate(text) for text in texts.list_versions(session, purpose_id)]


@router.post("/privacy-purposes/{purpose_id}/texts", status_code=201, responses=problems(401, 403, 404, 409, 422))
def write_text(
    purpose_id: str, body: TextIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> TextOut:
    """Write the purpose's text: a new version, or the newest one anew while nobody has decided about it."""
    text = texts.write(session, staff.actor, purpose_id, body.texts, asks_anew=body.asks_anew)
    return TextOut.model_validate(text)
