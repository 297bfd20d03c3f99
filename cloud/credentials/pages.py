"""Give a card to a member, revoke it and let it work again, give it a PIN and take that away, from the member card."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.credentials import pins, service
from cloud.credentials.models import Credential
from cloud.credentials.policy import printed_number
from cloud.credentials.schemas import CredentialIn
from cloud.credentials.service import CardSpec
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt

_KINDS: Final = {
    "wiegand26": mark("Card or fob with a printed number"),
    "uid": mark("Serial number of a card or telephone, in hex digits"),
    "code": mark("Printed or shown code (QR)"),
}
_NUMBER_FIELDS: Final = {"wiegand26": "card_number", "uid": "data_hex", "code": "code"}

router = APIRouter()


@router.get("/members/{member_id}/cards/new")
def show_new_card(member_id: str, session: ReadSession, viewer: Viewer = viewing("credentials.write")) -> Response:
    """An empty form; the facility code is the club's own."""
    return _card_form(viewer, members.get(session, member_id), {"kind": "wiegand26"})


@router.post("/members/{member_id}/cards")
def issue(member_id: str, session: Transaction, form: Submission = submitting("credentials.write")) -> Response:
    """Give the card to the member."""
    member = members.get(session, member_id)
    kind = form.fields.get("kind", "")
    names = dict.fromkeys(_NUMBER_FIELDS.values(), "number")
    with attempt(session, form.viewer.words, names) as errors:
        told: dict[str, Any] = {"kind": kind, "label": form.fields.get("label", "")}
        told[_NUMBER_FIELDS.get(kind, "card_number")] = form.fields.get("number") or None
        told["facility_code"] = form.fields.get("facility_code") or None
        card = CardSpec(**CredentialIn.model_validate(told).model_dump())
        service.issue(session, form.viewer.signed_in.actor, member_id, card)
    if errors:
        return _card_form(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "standing_saved")


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


@router.get("/credentials/{credential_id}/pin")
def show_pin_form(credential_id: str, session: ReadSession, viewer: Viewer = viewing("credentials.write")) -> Response:
    """Two empty fields: nobody can read a PIN."""
    return _pin_form(session, viewer, service.get(session, credential_id))


@router.post("/credentials/{credential_id}/pin")
def set_pin(credential_id: str, session: Transaction, form: Submission = submitting("credentials.write")) -> Response:
    """Give the card a PIN, and perhaps one for an emergency."""
    card = service.get(session, credential_id)
    pin, duress_pin = form.fields.get("pin", ""), form.fields.get("duress_pin") or None
    with attempt(session, form.viewer.words) as errors:
        pins.set_pin(session, form.viewer.signed_in.actor, credential_id, pin, duress_pin=duress_pin)
    if errors:
        return _pin_form(session, form.viewer, card, errors)
    return forms.done(form.viewer, card.member_id, "standing_saved")


@router.post("/credentials/{credential_id}/pin/clear")
def clear_pin(credential_id: str, session: Transaction, form: Submission = submitting("credentials.write")) -> Response:
    """Ask for no PIN of this card."""
    card = pins.clear_pin(session, form.viewer.signed_in.actor, credential_id)
    return forms.done(form.viewer, card.member_id, "standing_saved")


def _pin_form(
    session: UnitOfWork, viewer: Viewer, card: Credential, errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("PIN of card %(number)s"), number=printed_number(card.canonical)),
        action=f"/credentials/{card.id}/pin",
        button=say(mark("Send to the gates")),
        body="members/pin_fields.html",
    )
    return forms.show(viewer, members.get(session, card.member_id), sheet, {}, errors)


def _card_form(
    viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New card of %(name)s"), name=member.name),
        action=f"/members/{member.id}/cards",
        button=say(mark("Send to the gates")),
        body="credentials/card_fields.html",
    )
    kind_choices = [(kind, say(text)) for kind, text in _KINDS.items()]
    return forms.show(viewer, member, sheet, fields, errors, kind_choices=kind_choices)
