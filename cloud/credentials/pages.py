"""Revoke a card and let it work again, from the member card."""

from fastapi import APIRouter, Response

from cloud.api import Transaction
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, submitting
from cloud.credentials import service

router = APIRouter()


@router.post("/credentials/{credential_id}/revoke")
def revoke(credential_id: str, session: Transaction, form: Submission = submitting("credentials.write")) -> Response:
    """Let the card open nothing any more."""
    card = service.revoke(session, form.viewer.signed_in.actor, credential_id)
    return go_to(form.viewer, f"/members/{card.member_id}", notice="credential_revoked")


@router.post("/credentials/{credential_id}/reactivate")
def reactivate(
    credential_id: str, session: Transaction, form: Submission = submitting("credentials.write")
) -> Response:
    """Let the card work again."""
    card = service.reactivate(session, form.viewer.signed_in.actor, credential_id)
    return go_to(form.viewer, f"/members/{card.member_id}", notice="credential_reactivated")
