"""Contracts over HTTP."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.contracts import service
from cloud.contracts.models import Contract
from cloud.contracts.policy import DaySpan
from cloud.contracts.schemas import ContractChange, ContractIn, ContractOut, FreezeIn, contract_out
from cloud.contracts.service import ContractDetails
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["contracts"])


@router.get("/members/{member_id}/contracts", responses=problems(401, 403, 404))
def list_contracts(
    member_id: str, session: ReadSession, _staff: SignedIn = require("members.read")
) -> Page[ContractOut]:
    """All contracts of a member, the latest first; never more than one page."""
    members.get(session, member_id)
    contracts = service.list_of_members(session, [member_id])
    return Page(items=[_out(session, contract) for contract in contracts], next=None)


@router.post("/members/{member_id}/contracts", status_code=201, responses=problems(401, 403, 404, 422))
def create_contract(
    member_id: str, body: ContractIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Sell a contract to a member."""
    return _out(session, service.create(session, staff.actor, member_id, ContractDetails(**body.model_dump())))


@router.patch("/contracts/{contract_id}", responses=problems(401, 403, 404, 422))
def change_contract(
    contract_id: str, body: ContractChange, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Change what the body names; the rest stays."""
    return _out(session, service.change(session, staff.actor, contract_id, body.model_dump(exclude_unset=True)))


@router.post("/contracts/{contract_id}/freezes", status_code=201, responses=problems(401, 403, 404, 409, 422))
def freeze_contract(
    contract_id: str, body: FreezeIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> ContractOut:
    """Pause a contract for some days."""
    days = DaySpan(body.starts_on, body.ends_on)
    return _out(session, service.add_freeze(session, staff.actor, contract_id, days, reason=body.reason))


@router.post("/contracts/{contract_id}/dues-paid", responses=problems(401, 403, 404, 409))
def record_dues_paid(contract_id: str, session: Transaction, staff: SignedIn = require("dues.write")) -> ContractOut:
    """Note that the dues were paid now: reminder and block at the gate vanish."""
    return _out(session, service.record_dues_paid(session, staff.actor, contract_id))


def _out(session: UnitOfWork, contract: Contract) -> ContractOut:
    member = members.get(session, contract.member_id)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    return contract_out(contract, local_day(session.now, zone))
