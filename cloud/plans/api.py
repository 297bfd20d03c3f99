"""Plans over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.plans import service
from cloud.plans.schemas import PlanChange, PlanIn, PlanOut
from cloud.plans.service import PlanDetails
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["plans"])


@router.get("/sites/{site_id}/plans", responses=problems(401, 403, 404))
def list_plans(site_id: str, session: ReadSession, _staff: SignedIn = require("members.read")) -> Page[PlanOut]:
    """What the site sells and has sold, those on offer first; never more than one page."""
    sites.get_site(session, site_id)
    plans = service.list_of_site(session, site_id)
    return Page(items=[PlanOut.model_validate(plan) for plan in plans], next=None)


@router.post("/sites/{site_id}/plans", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_plan(site_id: str, body: PlanIn, session: Transaction, staff: SignedIn = require("plans.write")) -> PlanOut:
    """Add a plan."""
    details = PlanDetails(**body.model_dump())
    return PlanOut.model_validate(service.create(session, staff.actor, site_id, details))


@router.patch("/plans/{plan_id}", responses=problems(401, 403, 404, 422))
def change_plan(
    plan_id: str, body: PlanChange, session: Transaction, staff: SignedIn = require("plans.write")
) -> PlanOut:
    """Change what the body names; contracts that were sold stay as they are."""
    changes = body.model_dump(exclude_unset=True)
    return PlanOut.model_validate(service.change(session, staff.actor, plan_id, changes))
