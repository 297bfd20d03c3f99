"""Sell a plan: its terms become a contract, its price instalments. A renewal begins where the old contract ends."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.audit.service import Actor
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import prolonging, repository, service
from cloud.contracts.models import Contract
from cloud.contracts.service import ContractDetails, Origin
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members.models import Member
from cloud.plans import policy as plan_policy
from cloud.plans import service as plans
from cloud.plans.models import Plan
from cloud.sites import service as sites

AHEAD_MAX: Final = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleDetails:
    """What is sold. `starts_on` None: today, or the day after the contract that is renewed."""

    plan_id: str
    starts_on: date | None = None
    renews_id: str | None = None


def sell(session: UnitOfWork, actor: Actor, member_id: str, details: SaleDetails) -> Contract:
    """Sell a plan to a member.

    Raises:
        NotFoundError: there is no such member, plan, or contract to renew.
        InvalidError: the plan is of no site that the member uses, or begins more than ten years from today.
        ConflictError: the plan is not offered, or the contract was renewed already; or they were erased.
    """
    member = members.take(session, member_id)
    plan = _take_plan(session, member, details.plan_id)
    today = today_of(session, member)
    old = None if details.renews_id is None else _take_old(session, member_id, details.renews_id)
    starts_on = details.starts_on or first_day_after(old, today)
    if abs(starts_on - today) > AHEAD_MAX:
        raise invalid_field("starts_on", "too_far", "The contract must begin within ten years of today.")
    contract = service.create(
        session, actor, member_id, _terms(plan, starts_on, today), _origin(plan, details.renews_id)
    )
    if contract.is_renewing:
        prolonging.prolong(session, [(contract, today)])
    return contract


def first_day_after(old: Contract | None, today: date) -> date:
    """When a contract begins that follows another: without a gap while that one runs, else today."""
    return today if old is None else max(today, old.ends_on + timedelta(days=1))


def today_of(session: UnitOfWork, member: Member) -> date:
    """The day at the member's home site."""
    return local_day(session.now, ZoneInfo(sites.get_site(session, member.site_id).time_zone))


def _take_plan(session: UnitOfWork, member: Member, plan_id: str) -> Plan:
    plan = plans.get(session, plan_id)
    if plan.site_id not in members.site_ids_of(session, [member.id])[member.id]:
        raise invalid_field("plan_id", "unknown_plan", "Use a plan of a site that the member uses.")
    if not plan.is_offered:
        raise ConflictError("plan_not_offered", "The plan is not on offer any more.")
    return plan


def _take_old(session: UnitOfWork, member_id: str, contract_id: str) -> Contract:
    old = service.get(session, contract_id)
    if old.member_id != member_id:
        raise invalid_field("renews_id", "not_theirs", "Renew a contract of this member.")
    if old.is_renewing:
        raise ConflictError("renews_itself", "The contract goes on by itself; end it first.")
    if repository.find_successor(session, contract_id) is not None:
        raise ConflictError("renewed_already", "The contract was renewed already.")
    return old


def _terms(plan: Plan, starts_on: date, today: date) -> ContractDetails:
    lines = plan_policy.due_lines(plans.price_of(plan), sold_on=today, starts_on=starts_on)
    return ContractDetails(
        plan_name=plan.name,
        starts_on=starts_on,
        ends_on=plan_policy.last_day(starts_on, plans.length_of(plan)),
        grace_days=plan.grace_days,
        extra_expiry_days=plan.extra_expiry_days,
        visits_total=plan.visits_total,
        currency=plan.currency,
        level_id=plan.level_id,
        needs_booking=plan.needs_booking,
        guests_per_day=plan.guests_per_day,
        instalments=tuple(
            InstalmentDetails(
                amount_minor=line.amount_minor,
                currency=plan.currency,
                due_on=line.due_on,
                block_after_days=plan.block_after_days,
            )
            for line in lines
        ),
    )


def _origin(plan: Plan, renews_id: str | None) -> Origin:
    return Origin(
        kind=plan.kind,
        plan_id=plan.id,
        renews_id=renews_id,
        price_minor=plan.price_minor,
        block_after_days=plan.block_after_days,
        is_renewing=plan.kind == "recurring",
        length=plan.length,
        length_unit=plan.length_unit,
    )
