"""Take payments and take them back, put dues off, from the member card; and the debts of a site on one page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cloud.api import ReadSession, Transaction
from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.billing.models import Charge, Instalment
from cloud.billing.schemas import ChargeIn, PostponementIn, ReversalIn
from cloud.console import table_files
from cloud.console.asking import chosen_site
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import BALANCE_FIGURES
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.kit.money import exact_money, parse_money, plain_money
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.sites import service as sites

PAGE_ROWS: Final = 50
DEBT_HEADER: Final = ("member_id", "member", "phone", "email", "contract_id", "open", "currency", "due_on", "days")
_METHODS: Final = {
    "cash": mark("Cash"),
    "card": mark("Card"),
    "transfer": mark("Bank transfer"),
}
_SAVED: Final = "standing_saved"

router = APIRouter()


@router.get("/debts")
def show_debts(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Who owes what since when at a site; as fragment the next rows."""
    here = chosen_site(session, site)
    today = local_day(session.now, ZoneInfo(here.time_zone))
    page = instalments.find_due_page(session, here.id, from_day=None, to_day=today, after=after, limit=PAGE_ROWS)
    template = "billing/debt_rows.html" if viewer.is_fragment and after else "billing/debts.html"
    sums = [] if after else instalments.sum_due(session, here.id, today)
    return render(
        viewer,
        template,
        sites=sites.list_sites(session),
        site=here,
        figures=BALANCE_FIGURES,
        rows=page.items,
        next_after=page.next,
        sums=sums,
        today=today,
    )


@router.get("/debts/export")
def export_debts(
    session: Transaction,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
    form: Format = "xlsx",
) -> StreamingResponse:
    """Everything that is due at a site and not paid, the earliest first."""
    here = chosen_site(session, site)
    today = local_day(session.now, ZoneInfo(here.time_zone))
    file = TableFile(name="debts", noun="debt", form=form, day=today, header=DEBT_HEADER, narrowed={"site": here.id})
    return table_files.send(session, viewer, file, _debts(session, here.id, today))


def _debts(session: UnitOfWork, site_id: str, today: date) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[tuple[Instalment, Member]]:
        return instalments.find_due_page(session, site_id, from_day=None, to_day=today, after=after, limit=ROWS_AT_ONCE)

    for rows in table_files.each_page(session, find):
        for due, member in rows:
            yield (
                member.id,
                member.name,
                member.phone,
                member.email,
                due.contract_id,
                exact_money(due.amount_minor - due.paid_minor, due.currency),
                due.currency,
                due.due_on,
                (today - due.due_on).days,
            )


@router.get("/instalments/{instalment_id}/payment")
def show_payment(instalment_id: str, session: ReadSession, viewer: Viewer = viewing("dues.write")) -> Response:
    """All that is open."""
    due = instalments.get(session, instalment_id)
    amount = plain_money(due.amount_minor - due.paid_minor, due.currency)
    return _payment_form(session, viewer, due, {"amount": amount, "method": "cash", "request_id": new_id("req")})


@router.post("/instalments/{instalment_id}/payment")
def take_payment(instalment_id: str, session: Transaction, form: Submission = submitting("dues.write")) -> Response:
    """Record the payment; a form that is sent twice counts once."""
    due = instalments.get(session, instalment_id)
    with attempt(session, form.viewer.words) as errors:
        details = _read_payment(due, form.fields)
        key = form.fields.get("request_id", "")[:64] or new_id("req")
        charges.record(session, form.viewer.signed_in.actor, instalment_id, details, idempotency_key=key)
    if errors:
        found = {("amount" if field == "amount_minor" else field): text for field, text in errors.items()}
        return _payment_form(session, form.viewer, due, form.fields, found)
    return forms.done(form.viewer, due.member_id, _SAVED)


@router.get("/charges/{charge_id}/reversal")
def ask_to_reverse(charge_id: str, session: ReadSession, viewer: Viewer = viewing("dues.write")) -> Response:
    """What taking back means."""
    return _reversal_form(session, viewer, charges.get(session, charge_id), {})


@router.post("/charges/{charge_id}/reversal")
def reverse(charge_id: str, session: Transaction, form: Submission = submitting("dues.write")) -> Response:
    """Take the payment back."""
    charge = charges.get(session, charge_id)
    with attempt(session, form.viewer.words) as errors:
        body = ReversalIn.model_validate({"reason": form.fields.get("reason", "")})
        charges.reverse(session, form.viewer.signed_in.actor, charge_id, body.reason)
    if errors:
        return _reversal_form(session, form.viewer, charge, form.fields, errors)
    due = instalments.get(session, charge.instalment_id)
    return forms.done(form.viewer, due.member_id, _SAVED)


@router.get("/instalments/{instalment_id}/due-date")
def show_due_date(instalment_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """The due date as it is."""
    due = instalments.get(session, instalment_id)
    return _due_date_form(session, viewer, due, {"due_on": str(due.due_on)})


@router.post("/instalments/{instalment_id}/due-date")
def postpone(instalment_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """Put the due date off."""
    due = instalments.get(session, instalment_id)
    with attempt(session, form.viewer.words) as errors:
        body = PostponementIn.model_validate({"due_on": form.fields.get("due_on", "")})
        instalments.postpone(session, form.viewer.signed_in.actor, instalment_id, body.due_on)
    if errors:
        return _due_date_form(session, form.viewer, due, form.fields, errors)
    return forms.done(form.viewer, due.member_id, _SAVED)


def _read_payment(due: Instalment, fields: Mapping[str, str]) -> ChargeDetails:
    amount_minor = parse_money(fields.get("amount", ""), due.currency)
    if not amount_minor:
        raise invalid_field("amount", "bad_amount", "Write an amount.")
    texts = {"method": fields.get("method", ""), "reference": fields.get("reference", "")}
    body = ChargeIn.model_validate(texts | {"amount_minor": amount_minor})
    return ChargeDetails(**body.model_dump())


def _payment_form(
    session: UnitOfWork,
    viewer: Viewer,
    due: Instalment,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    member = members.get(session, due.member_id)
    sheet = Sheet(
        title=say(mark("Payment of %(name)s"), name=member.name),
        action=f"/instalments/{due.id}/payment",
        button=say(mark("Take the payment")),
        body="members/payment_fields.html",
    )
    choices = [(method, say(text)) for method, text in _METHODS.items()]
    return forms.show(viewer, member, sheet, fields, errors, method_choices=choices, currency=due.currency)


def _reversal_form(
    session: UnitOfWork,
    viewer: Viewer,
    charge: Charge,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    due = instalments.get(session, charge.instalment_id)
    amount = viewer.words.money(charge.amount_minor, due.currency)
    sheet = Sheet(
        title=say(mark("Take the payment of %(amount)s back?"), amount=amount),
        action=f"/charges/{charge.id}/reversal",
        button=say(mark("Take the payment back")),
        text=say(mark("It is due again, and the gates may remind or refuse. This cannot be undone.")),
        tone="danger",
        body="members/reversal_fields.html",
    )
    return forms.show(viewer, members.get(session, due.member_id), sheet, fields, errors)


def _due_date_form(
    session: UnitOfWork,
    viewer: Viewer,
    due: Instalment,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Put %(amount)s off"), amount=viewer.words.money(due.amount_minor, due.currency)),
        action=f"/instalments/{due.id}/due-date",
        button=say(mark("Send to the gates")),
        body="members/due_date_fields.html",
    )
    return forms.show(viewer, members.get(session, due.member_id), sheet, fields, errors)
