"""Sell goods or a service at the till from the member card, and take a sale back."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.ids import new_id
from cloud.kit.money import parse_money
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.plans import service as plans
from cloud.sales import service
from cloud.sales.models import Sale
from cloud.sales.schemas import CancellationIn, LineIn, SaleIn
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
    return _till_form(session, viewer, member, fields)


@router.post("/members/{member_id}/till-sales")
def sell(member_id: str, session: Transaction, form: Submission = submitting("dues.write")) -> Response:
    """Note the sale; a form that is sent twice counts once."""
    member = members.get(session, member_id)
    with attempt(session, form.viewer.words, {"unit_price_minor": "price", "lines": "price"}) as errors:
        details = _read(form.fields).details()
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


def _read(fields: Mapping[str, str]) -> SaleIn:
    """The receipt with its one line. Materials are written one a line, `name: quantity`."""
    currency = fields.get("currency", "")
    price = parse_money(fields.get("price", ""), currency) if currency.isalpha() else None
    if price is None:
        raise invalid_field("price", "bad_amount", "Write an amount.")
    line = LineIn.model_validate(
        {name: fields.get(name, "") for name in ("kind", "title", "quantity")}
        | {"unit_price_minor": price, "rendered_by": fields.get("rendered_by") or None}
        | {"materials": _materials(fields.get("materials", ""))}
    )
    head = {"method": fields.get("method", ""), "currency": currency, "reference": fields.get("reference", "")}
    return SaleIn.model_validate(head | {"lines": [line]})


def _materials(text: str) -> list[dict[str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, quantity = (part.strip() for part in line.rpartition(":"))
        if not name or not quantity:
            raise invalid_field("materials", "bad_materials", "Write one material a line, like Massage oil: 30 ml.")
        found.append({"name": name, "quantity": quantity})
    return found


def _till_form(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
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
        kind_choices=[("goods", say(mark("Goods"))), ("service", say(mark("A service")))],
        staff_choices=[("", "–"), *((person.id, person.name) for person in staff.list_active(session))],
        method_choices=[(method, say(METHODS[method])) for method in _IN_PERSON],
    )


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
