"""Freeze, extend and end a contract, from the member card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.audit.service import Actor
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.contracts import course, selling, service
from cloud.contracts.models import Contract
from cloud.contracts.policy import DaySpan
from cloud.contracts.schemas import FreezeIn, NewEndIn
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _NewEnd:
    """A form that moves a contract's last day."""

    path: str
    title: str
    button: str
    tone: str
    act: Callable[[UnitOfWork, Actor, str, date, str], Contract]


_EXTENSION: Final = _NewEnd(
    "extension", mark("Extend the contract %(plan)s"), mark("Send to the gates"), "primary", course.extend
)
_END: Final = _NewEnd("end", mark("End the contract %(plan)s early"), mark("End the contract"), "danger", course.end)


@router.get("/contracts/{contract_id}/freezes/new")
def show_freeze(contract_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """From today on, unless somebody says otherwise."""
    contract = service.get(session, contract_id)
    today = selling.today_of(session, members.get(session, contract.member_id))
    return _freeze_form(
        session, viewer, contract, {"starts_on": str(max(today, contract.starts_on)), "is_prolonging": ""}
    )


@router.post("/contracts/{contract_id}/freezes")
def freeze(contract_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """Freeze the contract."""
    contract = service.get(session, contract_id)
    texts = {name: form.fields.get(name, "") for name in ("starts_on", "ends_on", "reason")}
    with attempt(session, form.viewer.words) as errors:
        body = FreezeIn.model_validate(texts | {"is_prolonging": "is_prolonging" in form.fields})
        course.add_freeze(
            session,
            form.viewer.signed_in.actor,
            contract_id,
            DaySpan(body.starts_on, body.ends_on),
            reason=body.reason,
            is_prolonging=body.is_prolonging,
        )
    if errors:
        return _freeze_form(session, form.viewer, contract, form.fields, errors)
    return forms.done(form.viewer, contract.member_id, "standing_saved")


@router.get("/contracts/{contract_id}/freezes/{freeze_id}/lift")
def ask_to_lift(
    contract_id: str, freeze_id: int, session: ReadSession, viewer: Viewer = viewing("contracts.write")
) -> Response:
    """What lifting means."""
    return _lift_form(session, viewer, service.get(session, contract_id), freeze_id)


@router.post("/contracts/{contract_id}/freezes/{freeze_id}/lift")
def lift(
    contract_id: str, freeze_id: int, session: Transaction, form: Submission = submitting("contracts.write")
) -> Response:
    """Lift the freeze."""
    contract = service.get(session, contract_id)
    today = selling.today_of(session, members.get(session, contract.member_id))
    with attempt(session, form.viewer.words) as errors:
        course.lift_freeze(session, form.viewer.signed_in.actor, contract_id, freeze_id, today=today)
    if errors:
        return _lift_form(session, form.viewer, contract, freeze_id, errors)
    return forms.done(form.viewer, contract.member_id, "standing_saved")


@router.get("/contracts/{contract_id}/extension")
def show_extension(contract_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """The last day as it is."""
    contract = service.get(session, contract_id)
    return _new_end_form(session, viewer, contract, _EXTENSION, {"ends_on": str(contract.ends_on)})


@router.post("/contracts/{contract_id}/extension")
def extend(contract_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """Extend the contract."""
    return _move_end(session, form, contract_id, _EXTENSION)


@router.get("/contracts/{contract_id}/end")
def show_end(contract_id: str, session: ReadSession, viewer: Viewer = viewing("contracts.write")) -> Response:
    """Today, unless somebody says otherwise."""
    contract = service.get(session, contract_id)
    today = selling.today_of(session, members.get(session, contract.member_id))
    return _new_end_form(session, viewer, contract, _END, {"ends_on": str(max(today, contract.starts_on))})


@router.post("/contracts/{contract_id}/end")
def end(contract_id: str, session: Transaction, form: Submission = submitting("contracts.write")) -> Response:
    """End the contract."""
    return _move_end(session, form, contract_id, _END)


def _move_end(session: UnitOfWork, form: Submission, contract_id: str, what: _NewEnd) -> Response:
    contract = service.get(session, contract_id)
    texts = {name: form.fields.get(name, "") for name in NewEndIn.model_fields}
    with attempt(session, form.viewer.words) as errors:
        body = NewEndIn.model_validate(texts)
        what.act(session, form.viewer.signed_in.actor, contract_id, body.ends_on, body.reason)
    if errors:
        return _new_end_form(session, form.viewer, contract, what, form.fields, errors=errors)
    return forms.done(form.viewer, contract.member_id, "standing_saved")


def _new_end_form(
    session: UnitOfWork,
    viewer: Viewer,
    contract: Contract,
    what: _NewEnd,
    fields: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    is_end = what is _END
    sheet = Sheet(
        title=say(what.title, plan=contract.plan_name),
        action=f"/contracts/{contract.id}/{what.path}",
        button=say(what.button),
        tone=what.tone,
        text=say(mark("Dues after the last day are asked for no more; what is due until then stays."))
        if is_end
        else "",
        body="members/new_end_fields.html",
    )
    return forms.show(viewer, members.get(session, contract.member_id), sheet, fields, errors)


def _freeze_form(
    session: UnitOfWork,
    viewer: Viewer,
    contract: Contract,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Freeze the contract %(plan)s"), plan=contract.plan_name),
        action=f"/contracts/{contract.id}/freezes",
        button=say(mark("Send to the gates")),
        body="members/freeze_fields.html",
    )
    return forms.show(viewer, members.get(session, contract.member_id), sheet, fields, errors)


def _lift_form(
    session: UnitOfWork,
    viewer: Viewer,
    contract: Contract,
    freeze_id: int,
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Lift the freeze of %(plan)s?"), plan=contract.plan_name),
        action=f"/contracts/{contract.id}/freezes/{freeze_id}/lift",
        button=say(mark("Lift the freeze")),
        text=say(mark("It ends today. Days that it has added to the contract's end go again.")),
    )
    return forms.show(viewer, members.get(session, contract.member_id), sheet, {}, errors)
