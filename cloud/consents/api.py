"""People's decisions over HTTP."""

from fastapi import APIRouter, Response

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.consents import proofs, service
from cloud.consents.schemas import ConsentIn, ConsentOut, StandingOut
from cloud.consents.service import ConsentDetails
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.privacy_purposes import approach
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["privacy"])
PROOF_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "attachment",
}


@router.get("/members/{member_id}/privacy", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def list_standings(member_id: str, session: ReadSession) -> list[StandingOut]:
    """Where the member stands with each purpose: for what they may be approached."""
    members.get(session, member_id)
    return [
        StandingOut(
            purpose_id=each.purpose.id,
            standing=each.standing,
            may_approach=each.may_approach,
            consent_id=each.decision.id if each.decision else None,
        )
        for each in approach.standings_of(session, member_id)
    ]


@router.get(
    "/members/{member_id}/consents", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def list_consents(
    member_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[ConsentOut]:
    """What the member ever decided, what was noted last first."""
    members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=limit)
    return Page(items=[ConsentOut.model_validate(consent) for consent in page.items], next=page.next)


@router.post("/members/{member_id}/consents/upload", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def note_consent(
    member_id: str, body: ConsentIn, session: Transaction, staff: SignedIn = require("members.write")
) -> ConsentOut:
    """Note what the member decided, with its proof; what was noted before stays."""
    details = ConsentDetails(**body.model_dump(exclude={"proof"}), proof=body.proof)
    return ConsentOut.model_validate(service.note(session, staff.actor, member_id, details))


@router.get("/consents/{consent_id}/proof", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def get_proof(consent_id: str, session: ReadSession) -> Response:
    """The file that proves a decision: a JPEG or a PDF."""
    proof = proofs.get(session, consent_id)
    return Response(proof.content, media_type=proof.media_type, headers=PROOF_HEADERS)
