"""Sell goods or a service at the till from the member card, and take a sale back."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.kit.ids import new_id
from cloud.labels import service as labels
from cloud.labels.models import Label
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.plans import service as plans
from cloud.sales import service
from cloud.sales.models import Sale
from cloud.sales.receipt_form import SUFFIXES, is_used, read_receipt
from cloud.sales.schemas import CancellationIn
from cloud.staff import service as staff
from cloud.time_line.pages.words import METHODS

_CURRENCY: Final = "EUR"
_SAVED: Final = "task_saved"
_IN_PERSON: Final = ("cash", "card", "transfer")

router = APIRouter()


@router.get("/members/{member_id}/till-sales/new")
def show_till(member_id: str, session: ReadSession, viewer: Viewer = viewing("dues.write")) -> Response:
    """An empty receipt, in the currency of the club's plans."""
    member = members.get(session, member_id)
    offered = plans.list_of_site(session, member.site_id)
    currency = offered[0].currency if offered else _CURRENCY
    fields = {"kind": "goods", "quantity": "1", "method": "cash", "currency": currency, "request_id": new_id("req")}
    card_type = _card_type(session, member)
    fields["discount"] = str(card_type.discount_percent) if card_type is not None else "0"
    return _till_form(session, viewer, member, fields)


@router.post("/members/{member_id}/till-sales")
def sell(member_id: str, session: Transaction, form: Submission = submitting("dues.write")) -> Response:
    """Note the sale; a form that is sent twice counts once."""
    member = members.get(session, member_id)
    names: dict[str, str] = {}
    with attempt(session, form.viewer.words, names) as errors:
        details = read_receipt(form.fields, names).details()
        key = form.fields.get("request_id", "")[:64] or new_id("req")
        service.sell(session, form.viewer.signed_in.actor, member_id, details, idempotency_key=key)
    if errors:
        return _till_form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, _SAVED)


@router.get("/till-sales/{sale_id}/cancellation")
def ask_to_cancel(sale_id: str, session: ReadSession, viewer: Viewer = viewing("dues.write")) -> Response:
    """What taking back means."""
    return _cancellation_form(session, viewer, service.get(session, sale_id), {})


@router.post("/till-sales/{sale_id}/cancellation")
def cancel(sale_id: str, session: Transaction, form: Submission = submitting("dues.write")) -> Response:
    """Take the sale back."""
    sale = service.get(session, sale_id)
    with attempt(session, form.viewer.words) as errors:
        body = CancellationIn.model_validate({"reason": form.fields.get("reason", "")})
        service.cancel(session, form.viewer.signed_in.actor, sale_id, body.reason)
    if errors:
        return _cancellation_form(session, form.viewer, sale, form.fields, errors)
    return forms.done(form.viewer, sale.member_id, _SAVED)


def _till_form(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    card_type = _card_type(session, member)
    sheet = Sheet(
        title=say(mark("Sell to %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/till-sales",
        button=say(mark("It is paid")),
        body="sales/till_fields.html",
    )
    return forms.show(
        viewer,
        member,
        sheet,
        fields,
        errors,
        suffixes=SUFFIXES,
        is_used=is_used,
        card_type=card_type.name if card_type is not None else "",
        kind_choices=[("goods", say(mark("Goods"))), ("service", say(mark("A service")))],
        staff_choices=[("", "–"), *((person.id, person.name) for person in staff.list_active(session))],
        method_choices=[(method, say(METHODS[method])) for method in _IN_PERSON],
    )


def _card_type(session: UnitOfWork, member: Member) -> Label | None:
    """The member's card type, which may give a discount."""
    return labels.list_by_ids(session, [member.card_type_id]).get(member.card_type_id) if member.card_type_id else None


def _cancellation_form(
    session: UnitOfWork,
    viewer: Viewer,
    sale: Sale,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    amount = viewer.words.money(sale.total_minor, sale.currency)
    sheet = Sheet(
        title=say(mark("Take the sale of %(amount)s back?"), amount=amount),
        action=f"/till-sales/{sale.id}/cancellation",
        button=say(mark("Take the sale back")),
        text=say(mark("It stays in the history, and counts for nothing. This cannot be undone.")),
        tone="danger",
        body="members/reversal_fields.html",
    )
    return forms.show(viewer, members.get(session, sale.member_id), sheet, fields, errors)
