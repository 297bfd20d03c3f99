"""Sell a plan from the member card, or renew a contract with one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import PLAN_KINDS, Words
from cloud.contracts import selling, service
from cloud.contracts.schemas import SaleIn
from cloud.contracts.selling import SaleDetails
from cloud.database import UnitOfWork
from cloud.idempotency.service import take_form
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.plans import service as plans
from cloud.plans.models import Plan

router = APIRouter()


@router.get("/members/{member_id}/sales/new")
def show_sale(
    member_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("contracts.sell"),
    renews: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """The plans on offer; a renewal begins after the contract that it follows, and offers the same plan."""
    member = members.get(session, member_id)
    old = service.get(session, renews) if renews else None
    starts_on = selling.first_day_after(old, selling.today_of(session, member))
    fields = {"starts_on": str(starts_on), "renews_id": renews, "plan_id": (old.plan_id if old else "") or ""}
    fields["request_id"] = new_id("req")
    return _form(session, viewer, member, fields)


@router.post("/members/{member_id}/sales")
def sell(member_id: str, session: Transaction, form: Submission = submitting("contracts.sell")) -> Response:
    """Sell the plan; a form that is sent twice counts once."""
    member = members.get(session, member_id)
    texts = {name: text for name in SaleIn.model_fields if (text := form.fields.get(name))}
    with attempt(session, form.viewer.words) as errors:
        sale = SaleIn.model_validate(texts)
        if take_form(session, form.viewer.signed_in.staff_id, form.fields.get("request_id", "")):
            selling.sell(session, form.viewer.signed_in.actor, member_id, SaleDetails(**sale.model_dump()))
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "standing_saved")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    site_ids = members.site_ids_of(session, [member.id])[member.id]
    offered = [
        (plan.id, _name(plan, viewer.words))
        for site_id in sorted(site_ids)
        for plan in plans.list_of_site(session, site_id)
        if plan.is_offered
    ]
    title = mark("Renew the contract of %(name)s") if fields.get("renews_id") else mark("Sell a plan to %(name)s")
    sheet = Sheet(
        title=say(title, name=member.name),
        action=f"{forms.address_of(member.id)}/sales",
        button=say(mark("Sell")),
        text="" if offered else say(mark("No plan is on offer. Managers add plans on the page Plans.")),
        body="members/sale_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors, plan_choices=offered)


def _name(plan: Plan, words: Words) -> str:
    kind = words.text(PLAN_KINDS[plan.kind])
    return f"{plan.name} · {words.money(plan.price_minor, plan.currency)} · {kind}"
