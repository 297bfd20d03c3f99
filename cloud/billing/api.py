"""Instalments and charges over HTTP: what the payment provider and the till talk to."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.billing.schemas import ChargeIn, ChargeOut, InstalmentOut, PostponementIn, ReversalIn, instalment_out
from cloud.kit.clock import local_day
from cloud.kit.days import Day
from cloud.kit.paging import Page
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["payments"])

IdempotencyKey = Annotated[
    str,
    Header(
        min_length=1,
        max_length=64,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this request: sent again with the same, it is done once.",
    ),
]
DueUntil = Annotated[Day | None, Query(description="The last due date; null: today, which lists the debts.")]
DueFrom = Annotated[Day | None, Query(description="The first due date; null: all before.")]


@dataclass(frozen=True, slots=True)
class Days:
    """Between which due dates."""

    due_from: DueFrom = None
    due_until: DueUntil = None


DueDays = Annotated[Days, Depends()]


@router.get("/sites/{site_id}/instalments", dependencies=[require("dues.read")], responses=problems(401, 403, 404, 422))
def list_due(
    site_id: str,
    session: ReadSession,
    days: DueDays,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InstalmentOut]:
    """What is unpaid and due in some days, the earliest first: the debts, or what to charge next."""
    to_day: date = days.due_until or local_day(session.now, ZoneInfo(sites.get_site(session, site_id).time_zone))
    page = instalments.find_due_page(session, site_id, from_day=days.due_from, to_day=to_day, after=after, limit=limit)
    found = charges.list_of_instalments(session, [instalment.id for instalment, _ in page.items])
    return Page(items=[instalment_out(instalment, found) for instalment, _ in page.items], next=page.next)


@router.get("/instalments/{instalment_id}", responses=problems(401, 403, 404))
def get_instalment(instalment_id: str, session: ReadSession, _staff: SignedIn = require("dues.read")) -> InstalmentOut:
    """One instalment with its last charges."""
    instalment = instalments.get(session, instalment_id)
    return instalment_out(instalment, charges.list_of_instalments(session, [instalment_id]))


@router.patch("/instalments/{instalment_id}", responses=problems(401, 403, 404, 409, 422))
def postpone_instalment(
    instalment_id: str, body: PostponementIn, session: Transaction, staff: SignedIn = require("contracts.write")
) -> InstalmentOut:
    """Let it be due on another day."""
    return instalment_out(instalments.postpone(session, staff.actor, instalment_id, body.due_on))


@router.post("/instalments/{instalment_id}/charges", status_code=201, responses=problems(401, 403, 404, 409, 422))
def record_charge(
    instalment_id: str,
    body: ChargeIn,
    session: Transaction,
    idempotency_key: IdempotencyKey,
    staff: SignedIn = require("dues.write"),
) -> ChargeOut:
    """Record what was collected, or what failed; reminder and block at the gate go with what is paid."""
    details = ChargeDetails(**body.model_dump())
    charge = charges.record(session, staff.actor, instalment_id, details, idempotency_key=idempotency_key)
    return ChargeOut.model_validate(charge)


@router.post("/charges/{charge_id}/reversal", responses=problems(401, 403, 404, 409, 422))
def reverse_charge(
    charge_id: str, body: ReversalIn, session: Transaction, staff: SignedIn = require("dues.write")
) -> ChargeOut:
    """Take a success back; what it paid is due again."""
    return ChargeOut.model_validate(charges.reverse(session, staff.actor, charge_id, body.reason))
