"""Add and change what the club sells. Plans are never deleted: contracts name them; they are withdrawn from sale."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from cloud.access_rules.models import AccessLevel
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.plans import policy, repository
from cloud.plans.models import Plan
from cloud.plans.policy import Length, LengthUnit, PlanKind, Price
from cloud.sites import service as sites

_REASONS = {
    "visits_missing": "A visit pack needs its number of visits.",
    "visits_of_recurring": "A recurring plan has no number of visits.",
    "instalments_of_recurring": "A recurring plan is paid period by period.",
    "prepayment_of_recurring": "A recurring plan is paid period by period.",
    "too_long_months": f"Use at most {policy.MONTHS_MAX} months.",
    "more_than_price": "The prepayment is part of the price.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDetails:
    """What is sold; see `models.Plan`. No `visits_total`: as many as one likes; no `level_id`: everywhere."""

    name: str
    kind: PlanKind
    price_minor: int
    length: int
    length_unit: LengthUnit = "months"
    currency: str = "EUR"
    visits_total: int | None = None
    grace_days: int = 0
    extra_expiry_days: int = 0
    level_id: str | None = None
    needs_booking: bool = False
    guests_per_day: int = 0
    instalments_count: int = 1
    prepayment_minor: int = 0
    block_after_days: int = policy.BLOCK_AFTER_DAYS
    is_offered: bool = True


def create(session: UnitOfWork, actor: Actor, site_id: str, details: PlanDetails) -> Plan:
    """Add a plan to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken, the level is none of the site, or the terms contradict each other.
        ConflictError: the site has 200 plans.
    """
    sites.lock_site(session, site_id)
    if repository.count_of_site(session, site_id) >= policy.PLANS_MAX:
        raise ConflictError("too_many", f"The site has {policy.PLANS_MAX} plans already.")
    plan = Plan(id=new_id("pln"), site_id=site_id, created_at=session.now, changed_at=session.now, **asdict(details))
    _check(session, plan)
    session.add(plan)
    session.flush()
    audit.record(session, actor, "plan.create", entity=("plan", plan.id), after=asdict(details))
    return plan


def change(session: UnitOfWork, actor: Actor, plan_id: str, changes: Mapping[str, Any]) -> Plan:
    """Change some of `PlanDetails`' attributes; contracts that were sold stay as they are.

    Raises:
        NotFoundError: there is no such plan.
        InvalidError: see `create`.
    """
    plan = get(session, plan_id)
    sites.lock_site(session, plan.site_id)
    before = {name: getattr(plan, name) for name in changes}
    if before == dict(changes):
        return plan
    with session.no_autoflush:
        for name, value in changes.items():
            setattr(plan, name, value)
        _check(session, plan)
    plan.changed_at = session.now
    session.flush()
    audit.record(session, actor, "plan.change", entity=("plan", plan.id), before=before, after=changes)
    return plan


def get(session: UnitOfWork, plan_id: str) -> Plan:
    """One plan, offered or not.

    Raises:
        NotFoundError: there is none with this id.
    """
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise not_found("plan", plan_id)
    return plan


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[Plan]:
    """All plans of a site, at most 200, those that are offered first."""
    return repository.list_of_site(session, site_id)


def length_of(plan: Plan) -> Length:
    """How long the plan, or one of its periods, runs."""
    return Length(plan.length, cast("LengthUnit", plan.length_unit))


def price_of(plan: Plan) -> Price:
    """What is paid for it, and in how many parts."""
    return Price(plan.price_minor, plan.instalments_count, plan.prepayment_minor)


def _check(session: UnitOfWork, plan: Plan) -> None:
    if repository.is_name_taken(session, plan.site_id, plan.name, except_id=plan.id):
        raise invalid_field("name", "name_taken", "Another plan of this site has the name already.")
    level = session.get(AccessLevel, plan.level_id) if plan.level_id is not None else None
    if plan.level_id is not None and (level is None or level.site_id != plan.site_id):
        raise invalid_field("level_id", "unknown_level", "Use an access level of the site.")
    wrong = policy.find_contradiction(cast("PlanKind", plan.kind), length_of(plan), price_of(plan), plan.visits_total)
    if wrong is not None:
        field, code = wrong
        raise invalid_field(field, code, _REASONS[code])
