"""Contracts over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.billing import charges, instalments
from cloud.billing.instalments import InstalmentDetails
from cloud.billing.schemas import instalment_out
from cloud.contracts import course, selling, service
from cloud.contracts.models import Contract
from cloud.contracts.policy import DaySpan
from cloud.contracts.schemas import (
    ContractChange,
    ContractIn,
    ContractInstalmentsOut,
    ContractOut,
    FreezeIn,
    NewEndIn,
    SaleIn,
    contract_out,
)
from cloud.contracts.selling import SaleDetails
from cloud.contracts.service import ContractDetails
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["contracts"])


@router.get("/members/{member_id}/contracts", responses=problems(401, 403, 404))
def list_contracts(
    member_id: str, session: ReadSession, _staff: SignedIn = require("members.read")
) -> Page[ContractOut]:
    """All contracts of a member, the latest first; never more than one page."""
    today = selling.today_of(session, members.get(session, member_id))
    contracts = service.list_of_members(session, [member_id])
    return Page(items=[contract_out(contract, today) for contract in contracts], next=None)


@router.post("/members/{member_id}/sales", status_code=201, responses=problems(401, 403, 404, 409, 422))
def sell_plan(
    member_id: str, body: SaleIn, session: Transaction, staff: SignedIn = require("contracts.sell")
) -> ContractOut:
    """Sell a plan to a member, or renew a contract with it; what is to be paid becomes instalments."""
    return _out(session, selling.sell(session, staff.actor, member_id, SaleDetails(**body.model_dump())))


@router.post("/members/{member_id}/contracts", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_contract(
    member_id: str, body: ContractIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Write a contract with terms of its own."""
    parts = tuple(InstalmentDetails(currency=body.currency, **part.model_dump()) for part in body.instalments)
    details = ContractDetails(**body.model_dump(exclude={"instalments"}), instalments=parts)
    return _out(session, service.create(session, staff.actor, member_id, details))


@router.patch("/contracts/{contract_id}", responses=problems(401, 403, 404, 409, 422))
def change_contract(
    contract_id: str, body: ContractChange, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Change what the body names; the rest stays."""
    return _out(session, service.change(session, staff.actor, contract_id, body.model_dump(exclude_unset=True)))


@router.post("/contracts/{contract_id}/freezes", status_code=201, responses=problems(401, 403, 404, 409, 422))
def freeze_contract(
    contract_id: str, body: FreezeIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Pause a contract for some days, now or ahead."""
    days = DaySpan(body.starts_on, body.ends_on)
    frozen = course.add_freeze(
        session, staff.actor, contract_id, days, reason=body.reason, is_prolonging=body.is_prolonging
    )
    return _out(session, frozen)


@router.delete("/contracts/{contract_id}/freezes/{freeze_id}", responses=problems(401, 403, 404, 409, 422))
def lift_freeze(
    contract_id: str, freeze_id: int, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Let a freeze end today, or not come at all; returns the contract."""
    contract = service.get(session, contract_id)
    today = selling.today_of(session, members.get(session, contract.member_id))
    return _out(session, course.lift_freeze(session, staff.actor, contract_id, freeze_id, today=today))


@router.post("/contracts/{contract_id}/extension", responses=problems(401, 403, 404, 409, 422))
def extend_contract(
    contract_id: str, body: NewEndIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Let a contract run longer, without a price."""
    return _out(session, course.extend(session, staff.actor, contract_id, body.ends_on, body.reason))


@router.post("/contracts/{contract_id}/end", responses=problems(401, 403, 404, 422))
def end_contract(
    contract_id: str, body: NewEndIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """End a contract early; what would be due after its last day is asked for no more."""
    return _out(session, course.end(session, staff.actor, contract_id, body.ends_on, body.reason))


@router.get("/contracts/{contract_id}/instalments", responses=problems(401, 403, 404))
def list_instalments(
    contract_id: str, session: ReadSession, _staff: SignedIn = require("members.read")
) -> ContractInstalmentsOut:
    """What is and was to be paid for a contract, with the last charges."""
    service.get(session, contract_id)
    asked = instalments.list_of_contract(session, contract_id)
    tried = charges.list_of_instalments(session, [one.id for one in asked])
    return ContractInstalmentsOut(items=[instalment_out(one, tried) for one in asked])


def _out(session: UnitOfWork, contract: Contract) -> ContractOut:
    member = members.get(session, contract.member_id)
    return contract_out(contract, selling.today_of(session, member))
