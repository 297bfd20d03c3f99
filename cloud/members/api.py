"""Members over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.members import service
from cloud.members.query_schemas import MemberQuery
from cloud.members.schemas import MemberChange, MemberIn, MemberOut
from cloud.members.service import MemberDetails
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["members"])


@router.get("/members", responses=problems(401, 403, 422))
def list_members(
    session: ReadSession, query: Annotated[MemberQuery, Query()], _staff: SignedIn = require("members.read")
) -> Page[MemberOut]:
    """Members in an order; all filters that are given must hold."""
    wanted = query.filter()
    page = service.search(session, query.query, after=query.after, limit=query.limit, wanted=wanted, order=query.order)
    return Page(items=[MemberOut.model_validate(member) for member in page.items], next=page.next)


@router.post("/members", status_code=201, responses=problems(401, 403, 404, 422))
def create_member(body: MemberIn, session: Transaction, staff: SignedIn = require("members.write")) -> MemberOut:
    """Add a member."""
    return MemberOut.model_validate(service.create(session, staff.actor, MemberDetails(**body.model_dump())))


@router.get("/members/{member_id}", responses=problems(401, 403, 404))
def get_member(member_id: str, session: ReadSession, _staff: SignedIn = require("members.read")) -> MemberOut:
    """One member."""
    return MemberOut.model_validate(service.get(session, member_id))


@router.patch("/members/{member_id}", responses=problems(401, 403, 404, 409, 422))
def change_member(
    member_id: str, body: MemberChange, session: Transaction, staff: SignedIn = require("members.write")
) -> MemberOut:
    """Change what the body names; the rest stays."""
    changes = body.model_dump(exclude_unset=True)
    return MemberOut.model_validate(service.change(session, staff.actor, member_id, changes))
