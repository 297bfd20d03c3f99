"""Agree on a contract with terms of its own, and change terms, from the member card."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_rules import levels
from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.contracts import service
from cloud.contracts.models import Contract
from cloud.contracts.schemas import ContractIn
from cloud.contracts.service import ContractDetails
from cloud.database import UnitOfWork
from cloud.idempotency.service import take_form
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.sites import service as sites

_NAMES: Final = (
    "plan_name",
    "starts_on",
    "ends_on",
    "grace_days",
    "extra_expiry_days",
    "visits_total",
    "level_id",
    "needs_booking",
    "guests_per_day",
)
"""What the form holds of a contract; what is to be paid comes with a plan, or through the API."""
_YEAR: Final = timedelta(days=364)

router = APIRouter()


@router.get("/members/{member_id}/contracts/new")
def show_new_contract(member_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """A year from today."""
    member = members.get(session, member_id)
    today = local_day(session.now, ZoneInfo(sites.get_site(session, member.site_id).time_zone))
    fields = {
        "starts_on": str(today),
        "ends_on": str(today + _YEAR),
        "grace_days": "0",
        "extra_expiry_days": "0",
        "guests_per_day": "0",
        "request_id": new_id("req"),
    }
    return _form(session, viewer, member, None, fields)


@router.post("/members/{member_id}/contracts")
def sell(member_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """Sell the contract; a form that is sent twice counts once."""
    member = members.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        details = ContractDetails(**_read(form.fields).model_dump(exclude={"instalments"}))
        if take_form(session, form.viewer.signed_in.staff_id, form.fields.get("request_id", "")):
            service.create(session, form.viewer.signed_in.actor, member_id, details)
    if errors:
        return _form(session, form.viewer, member, None, form.fields, errors=errors)
    return forms.done(form.viewer, member_id, "standing_saved")


@router.get("/contracts/{contract_id}")
def show_contract(contract_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """The contract as it is."""
    contract = service.get(session, contract_id)
    fields = {name: str(value) for name in _NAMES if (value := getattr(contract, name)) not in (None, False)}
    return _form(session, viewer, members.get(session, contract.member_id), contract, fields)


@router.post("/contracts/{contract_id}")
def change(contract_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """Save the contract."""
    contract = service.get(session, contract_id)
    member = members.get(session, contract.member_id)
    with attempt(session, form.viewer.words) as errors:
        changes = _read(form.fields).model_dump(include=set(_NAMES))
        service.change(session, form.viewer.signed_in.actor, contract_id, changes)
    if errors:
        return _form(session, form.viewer, member, contract, form.fields, errors=errors)
    return forms.done(form.viewer, member.id, "standing_saved")


def _read(fields: Mapping[str, str]) -> ContractIn:
    texts = {name: fields[name] for name in _NAMES if fields.get(name)}
    return ContractIn.model_validate({"plan_name": ""} | texts | {"needs_booking": "needs_booking" in fields})


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    contract: Contract | None,
    fields: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    title = mark("Own terms for %(name)s") if contract is None else mark("Contract of %(name)s")
    sheet = Sheet(
        title=say(title, name=member.name),
        action=f"/contracts/{contract.id}" if contract else f"{forms.address_of(member.id)}/contracts",
        button=say(mark("Send to the gates")),
        body="members/contract_fields.html",
    )
    site_ids = members.site_ids_of(session, [member.id])[member.id]
    choices = [("", say(mark("everywhere, always")))]
    choices += [
        (level.id, level.name) for site_id in sorted(site_ids) for level in levels.list_of_site(session, site_id)
    ]
    return forms.show(viewer, member, sheet, fields, errors, level_choices=choices)
