"""How many members have what, and who they are, over HTTP."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, problems
from cloud.balances import holders
from cloud.balances.holders import Figure, Question
from cloud.balances.schemas import FiguresOut, HolderOut
from cloud.contracts import balance, service
from cloud.contracts.models import Contract
from cloud.contracts.schemas import contract_out
from cloud.kit.days import Day
from cloud.kit.paging import Page
from cloud.members.schemas import MemberOut
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["balances"])

LessonsLeft = Annotated[
    int | None, Query(ge=0, le=100_000, description="Only who has a contract with exactly so many lessons left.")
]
Until = Annotated[Day | None, Query(description="Of `no_booking`: the last day of the period; null: today.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows a figure, and which page of it."""

    lessons_left: LessonsLeft = None
    until: Until = None
    after: After = None
    limit: Limit = LIMIT_DEFAULT


AskedFor = Annotated[Asked, Depends()]


@router.get("/sites/{site_id}/balances", responses=problems(401, 403, 404))
def count_balances(site_id: str, session: ReadSession, _staff: SignedIn = require("members.read")) -> FiguresOut:
    """How many members have an active fee, balance to use, balance never used, today."""
    today = holders.today_at(session, site_id)
    counts = holders.count(session, site_id, today)
    return FiguresOut.model_validate({"day": today, **counts})


@router.get(
    "/sites/{site_id}/balances/{figure}", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def list_holders(
    site_id: str,
    figure: Figure,
    session: ReadSession,
    asked: AskedFor,
) -> Page[HolderOut]:
    """The members behind a figure, by name, with lessons left and the end of each contract."""
    today = holders.today_at(session, site_id)
    question = Question(site_id, figure, today, asked.lessons_left, asked.until)
    page = holders.find_page(session, question, after=asked.after, limit=asked.limit)
    held: dict[str, list[Contract]] = {member.id: [] for member in page.items}
    for contract in service.list_of_members(session, list(held)):
        if contract.use_until >= today:
            held[contract.member_id].append(contract)
    items = [
        HolderOut(
            member=MemberOut.model_validate(member),
            lessons_left=balance.lessons_left([service.terms_of(one) for one in held[member.id]], today),
            contracts=[contract_out(one, today) for one in held[member.id]],
        )
        for member in page.items
    ]
    return Page(items=items, next=page.next)
