"""Credentials over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.credentials import pins, service
from cloud.credentials.schemas import CredentialIn, CredentialOut, PinIn
from cloud.credentials.service import CardSpec
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["credentials"])


@router.get("/members/{member_id}/credentials", responses=problems(401, 403, 404))
def list_credentials(
    member_id: str, session: ReadSession, _staff: SignedIn = require("members.read")
) -> Page[CredentialOut]:
    """All credentials of a member, revoked ones too, the oldest first; never more than one page."""
    members.get(session, member_id)
    held = service.list_of_members(session, [member_id])
    return Page(items=[CredentialOut.model_validate(credential) for credential in held], next=None)


@router.post("/members/{member_id}/credentials", status_code=201, responses=problems(401, 403, 404, 409, 422))
def issue_credential(
    member_id: str, body: CredentialIn, session: Transaction, staff: SignedIn = require("credentials.write")
) -> CredentialOut:
    """Give a card to a member."""
    card = CardSpec(**body.model_dump())
    return CredentialOut.model_validate(service.issue(session, staff.actor, member_id, card))


@router.post("/credentials/{credential_id}/revoke", responses=problems(401, 403, 404, 409))
def revoke_credential(
    credential_id: str, session: Transaction, staff: SignedIn = require("credentials.write")
) -> CredentialOut:
    """Let the card open nothing any more."""
    return CredentialOut.model_validate(service.revoke(session, staff.actor, credential_id))


@router.post("/credentials/{credential_id}/reactivate", responses=problems(401, 403, 404, 409))
def reactivate_credential(
    credential_id: str, session: Transaction, staff: SignedIn = require("credentials.write")
) -> CredentialOut:
    """Let the card work again."""
    return CredentialOut.model_validate(service.reactivate(session, staff.actor, credential_id))


@router.put("/credentials/{credential_id}/pin", responses=problems(401, 403, 404, 409, 422))
def set_pin(
    credential_id: str, body: PinIn, session: Transaction, staff: SignedIn = require("credentials.write")
) -> CredentialOut:
    """Give a credential a PIN; it is kept as a hash alone and cannot be read back."""
    credential = pins.set_pin(session, staff.actor, credential_id, body.pin, duress_pin=body.duress_pin)
    return CredentialOut.model_validate(credential)


@router.delete("/credentials/{credential_id}/pin", responses=problems(401, 403, 404))
def clear_pin(
    credential_id: str, session: Transaction, staff: SignedIn = require("credentials.write")
) -> CredentialOut:
    """Ask for no PIN of this credential."""
    return CredentialOut.model_validate(pins.clear_pin(session, staff.actor, credential_id))
