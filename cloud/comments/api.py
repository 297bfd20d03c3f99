"""Comments over HTTP."""

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.comments import service
from cloud.comments.schemas import CommentIn, CommentOut
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["comments"])


@router.get(
    "/members/{member_id}/comments", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def list_member_comments(
    member_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[CommentOut]:
    """What staff said about a member, the newest first; what they said in tasks is in `communication`."""
    members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=limit)
    return Page(items=[CommentOut.model_validate(comment) for comment in page.items], next=page.next)


@router.post("/members/{member_id}/comments", status_code=201, responses=problems(401, 403, 404, 409, 422))
def comment_on_member(
    member_id: str, body: CommentIn, session: Transaction, staff: SignedIn = require("members.write")
) -> CommentOut:
    """Say something about a member."""
    return CommentOut.model_validate(service.add(session, staff.actor, member_id, body.text))
