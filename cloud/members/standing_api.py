"""How a member stands with the gate, over HTTP."""

from fastapi import APIRouter, Request

from cloud.api import Transaction, problems
from cloud.members import standing
from cloud.members.schemas import MemberOut
from cloud.members.standing_schemas import BlackListIn, CertificateIn, OtherSitesIn, RoleIn
from cloud.staff.api import check_about, require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["members"])


@router.put("/members/{member_id}/role", responses=problems(401, 403, 404, 409, 422))
def set_role(
    member_id: str, body: RoleIn, session: Transaction, staff: SignedIn = require("members.standing")
) -> MemberOut:
    """Staff pass without a contract, emergency cards in every mode of the lanes."""
    return MemberOut.model_validate(standing.set_role(session, staff.actor, member_id, body.role))


@router.put("/members/{member_id}/certificate", responses=problems(401, 403, 404, 409, 422))
def set_certificate(
    member_id: str, body: CertificateIn, session: Transaction, staff: SignedIn = require("members.write")
) -> MemberOut:
    """Note the last day of the medical certificate."""
    return MemberOut.model_validate(standing.set_certificate(session, staff.actor, member_id, body.until))


@router.post("/members/{member_id}/black-list", responses=problems(401, 403, 404, 409, 422))
def black_list(
    member_id: str, body: BlackListIn, session: Transaction, staff: SignedIn = require("members.standing")
) -> MemberOut:
    """Stop the member at every gate."""
    return MemberOut.model_validate(standing.black_list(session, staff.actor, member_id, body.reason))


@router.delete("/members/{member_id}/black-list", responses=problems(401, 403, 404, 409))
def take_off_black_list(
    member_id: str, session: Transaction, staff: SignedIn = require("members.standing")
) -> MemberOut:
    """Stop the member for this no more."""
    return MemberOut.model_validate(standing.take_off_black_list(session, staff.actor, member_id))


@router.post("/members/{member_id}/forgive", responses=problems(401, 403, 404, 409))
def forgive(member_id: str, session: Transaction, staff: SignedIn = require("members.write")) -> MemberOut:
    """Let anti-passback forget where the member was until now."""
    return MemberOut.model_validate(standing.forgive(session, staff.actor, member_id))


@router.put("/members/{member_id}/other-sites", responses=problems(401, 403, 404, 409, 422))
def set_other_sites(
    request: Request,
    member_id: str,
    body: OtherSitesIn,
    session: Transaction,
    staff: SignedIn = require("members.standing"),
) -> MemberOut:
    """Let the member use exactly these sites besides their home site."""
    for site_id in standing.changed_sites(session, member_id, body.site_ids):
        check_about(request, session, staff, "members.standing", site_id=site_id)
    return MemberOut.model_validate(standing.set_other_sites(session, staff.actor, member_id, body.site_ids))
