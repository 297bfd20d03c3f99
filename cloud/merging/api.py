"""People who are there twice, over HTTP."""

from fastapi import APIRouter, Request

from cloud.api import ReadSession, Transaction, problems
from cloud.errors import not_found
from cloud.members import service as members
from cloud.members.models import MergedMember
from cloud.members.schemas import MemberOut
from cloud.merging import duplicates, service
from cloud.merging.schemas import DuplicatesOut, MergedOut, MergeIn
from cloud.staff.api import check_about, require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["members"])


@router.get("/duplicates", dependencies=[require("members.merge")], responses=problems(401, 403))
def list_duplicates(session: ReadSession) -> list[DuplicatesOut]:
    """Who may be there twice: at most 100 groups of each cause."""
    return [
        DuplicatesOut(
            cause=group.cause,
            value=group.value,
            people=[MemberOut.model_validate(member) for member in group.people],
            is_family=group.is_family,
        )
        for group in duplicates.find(session)
    ]


@router.post("/members/{member_id}/merge", responses=problems(401, 403, 404, 409, 422))
def merge_member(
    request: Request,
    member_id: str,
    body: MergeIn,
    session: Transaction,
    staff: SignedIn = require("members.merge"),
) -> MemberOut:
    """Make one person of two entries, with both histories. It cannot be undone."""
    check_about(request, session, staff, "members.merge", member_id=body.old_id)
    return MemberOut.model_validate(service.merge(session, staff.actor, member_id, body.old_id, body.taken))


@router.get("/members/{member_id}/merged", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def list_merged(member_id: str, session: ReadSession) -> list[MergedOut]:
    """The entries that became this member."""
    members.get(session, member_id)
    return [MergedOut.model_validate(row) for row in service.list_merged(session, member_id)]


@router.get("/merged-members/{old_id}", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def get_merged(old_id: str, session: ReadSession) -> MergedOut:
    """As whom somebody goes on whose entry was merged into another."""
    merged = session.get(MergedMember, old_id)
    if merged is None:
        raise not_found("merged_member", old_id)
    return MergedOut.model_validate(merged)
