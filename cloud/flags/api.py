"""Flags over HTTP. A single flag, with the gateways' proof, is answered by `desired_state.api`."""

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.flags import service
from cloud.flags.schemas import FlagIn, FlagOut
from cloud.flags.service import FlagDetails
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["flags"])


@router.get("/members/{member_id}/flags", responses=problems(401, 403, 404, 422))
def list_flags(
    member_id: str,
    session: ReadSession,
    _staff: SignedIn = require("members.read"),
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[FlagOut]:
    """The flags of a member, cleared ones too, the newest first."""
    members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=limit)
    return Page(items=[FlagOut.model_validate(flag) for flag in page.items], next=page.next)


@router.post("/members/{member_id}/flags", status_code=201, responses=problems(401, 403, 404, 409, 422))
def raise_flag(member_id: str, body: FlagIn, session: Transaction, staff: SignedIn = require("flags.write")) -> FlagOut:
    """Let a flag act at every gate of the member's site; `GET /flags/{id}` tells where it is in force."""
    details = FlagDetails(**body.model_dump())
    return FlagOut.model_validate(service.raise_flag(session, staff.actor, member_id, details))


@router.post("/flags/{flag_id}/clear", responses=problems(401, 403, 404, 409))
def clear_flag(flag_id: str, session: Transaction, staff: SignedIn = require("flags.write")) -> FlagOut:
    """Let a flag act no more."""
    return FlagOut.model_validate(service.clear_flag(session, staff.actor, flag_id))
