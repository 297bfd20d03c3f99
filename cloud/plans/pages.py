"""What the club sells, on one page for each site, with the form of a plan."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from cloud.access_rules import levels
from cloud.api import ReadSession, Transaction
from cloud.console import forms
from cloud.console.asking import chosen_site
from cloud.console.forms import Sheet, attempt
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import PLAN_KINDS
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.money import parse_money, plain_money
from cloud.plans import service
from cloud.plans.models import Plan
from cloud.plans.schemas import PlanIn
from cloud.plans.service import PlanDetails
from cloud.sites import service as sites

_TEXTS: Final = (
    "name",
    "kind",
    "currency",
    "length",
    "length_unit",
    "visits_total",
    "grace_days",
    "extra_expiry_days",
    "level_id",
    "guests_per_day",
    "instalments_count",
    "block_after_days",
)
_TICKS: Final = ("needs_booking", "is_offered")
_AMOUNTS: Final = {"price": "price_minor", "prepayment": "prepayment_minor"}
_UNITS: Final = {"months": mark("months"), "days": mark("days")}
_NEW: Final = {
    "kind": "fixed_term",
    "currency": "EUR",
    "length": "12",
    "length_unit": "months",
    "grace_days": "0",
    "extra_expiry_days": "0",
    "guests_per_day": "0",
    "instalments_count": "1",
    "block_after_days": "7",
    "is_offered": "on",
}

router = APIRouter()


@router.get("/plans")
def show_plans(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """The plans of a site, those on offer first."""
    here = chosen_site(session, site)
    names = {level.id: level.name for level in levels.list_of_site(session, here.id)}
    plans = service.list_of_site(session, here.id)
    return render(viewer, "plans/list.html", sites=sites.list_sites(session), site=here, plans=plans, level_names=names)


@router.get("/plans/new")
def show_new_plan(
    session: ReadSession, site: Annotated[str, Query(max_length=24)], viewer: Viewer = viewing("plans.write")
) -> Response:
    """A year, paid at once."""
    sites.get_site(session, site)
    return _form(session, viewer, site, None, _NEW)


@router.post("/sites/{site_id}/plans")
def create(site_id: str, session: Transaction, form: Submission = submitting("plans.write")) -> Response:
    """Add the plan."""
    sites.get_site(session, site_id)
    with attempt(session, form.viewer.words) as errors:
        details = PlanDetails(**_read(form.fields).model_dump())
        service.create(session, form.viewer.signed_in.actor, site_id, details)
    if errors:
        return _form(session, form.viewer, site_id, None, form.fields, errors=errors)
    return go_to(form.viewer, _address(site_id), notice="plan_saved")


@router.get("/plans/{plan_id}")
def show_plan(plan_id: str, session: ReadSession, viewer: Viewer = viewing("plans.write")) -> Response:
    """The plan as it is."""
    plan = service.get(session, plan_id)
    fields = {name: str(value) for name in _TEXTS if (value := getattr(plan, name)) is not None}
    fields |= {name: "on" for name in _TICKS if getattr(plan, name)}
    fields["price"] = plain_money(plan.price_minor, plan.currency)
    fields["prepayment"] = plain_money(plan.prepayment_minor, plan.currency) if plan.prepayment_minor else ""
    return _form(session, viewer, plan.site_id, plan, fields)


@router.post("/plans/{plan_id}")
def change(plan_id: str, session: Transaction, form: Submission = submitting("plans.write")) -> Response:
    """Save the plan; contracts that were sold stay as they are."""
    plan = service.get(session, plan_id)
    with attempt(session, form.viewer.words) as errors:
        changes = _read(form.fields).model_dump()
        service.change(session, form.viewer.signed_in.actor, plan_id, changes)
    if errors:
        return _form(session, form.viewer, plan.site_id, plan, form.fields, errors=errors)
    return go_to(form.viewer, _address(plan.site_id), notice="plan_saved")


def _read(fields: Mapping[str, str]) -> PlanIn:
    values: dict[str, object] = {name: text for name in _TEXTS if (text := fields.get(name))}
    values |= {name: name in fields for name in _TICKS}
    for field, name in _AMOUNTS.items():
        amount = parse_money(fields.get(field, "") or "0", fields.get("currency", "EUR"))
        if amount is None:
            raise invalid_field(field, "bad_amount", "Write an amount.")
        values[name] = amount
    return PlanIn.model_validate({"name": ""} | values)


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    site_id: str,
    plan: Plan | None,
    fields: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New plan")) if plan is None else plan.name,
        action=f"/plans/{plan.id}" if plan else f"/sites/{site_id}/plans",
        button=say(mark("Save")),
        back=_address(site_id),
        back_text=say(mark("Back to the plans")),
        body="plans/plan_fields.html",
        history=("plan", plan.id) if plan else None,
    )
    level_choices = [("", say(mark("everywhere, always")))]
    level_choices += [(level.id, level.name) for level in levels.list_of_site(session, site_id)]
    return forms.show(
        viewer,
        sheet,
        fields,
        errors,
        level_choices=level_choices,
        kind_choices=[(kind, say(text)) for kind, text in PLAN_KINDS.items()],
        unit_choices=[(unit, say(text)) for unit, text in _UNITS.items()],
    )


def _address(site_id: str) -> str:
    return f"/plans?site={site_id}"
