"""Families over HTTP."""

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction, problems
from cloud.family import service
from cloud.family.schemas import FamilyLinkIn, RelativeOut
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["members"])


@router.get("/members/{member_id}/relatives", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def list_relatives(member_id: str, session: ReadSession) -> list[RelativeOut]:
    """Who belongs to the member, by name."""
    members.get(session, member_id)
    return [RelativeOut.of(relative) for relative in service.list_relatives(session, member_id)]


@router.put(
    "/members/{member_id}/relatives/{relative_id}", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
def link_relative(
    member_id: str,
    relative_id: str,
    body: FamilyLinkIn,
    session: Transaction,
    staff: SignedIn = require("members.write"),
) -> Response:
    """Say what a relative is to the member; the relative's side follows."""
    service.link(session, staff.actor, member_id, relative_id, body.kind, payer_id=body.payer_id)
    return Response(status_code=204)


@router.delete("/members/{member_id}/relatives/{relative_id}", status_code=204, responses=problems(401, 403, 404))
def unlink_relative(
    member_id: str, relative_id: str, session: Transaction, staff: SignedIn = require("members.write")
) -> Response:
    """Take the link away, on both sides."""
    service.unlink(session, staff.actor, member_id, relative_id)
    return Response(status_code=204)
