"""How the members of a site stand, on one page: each figure opens the people behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from cloud.api import ReadSession
from cloud.balances import holders
from cloud.balances.holders import Figure, Question
from cloud.console.asking import chosen_site
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import BALANCE_FIGURES
from cloud.contracts import balance, service
from cloud.contracts.balance import BalanceColour
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.sites import service as sites

PAGE_ROWS: Final = 50

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says; `lessons` as typed, empty: any."""

    site: Annotated[str, Query(max_length=24)] = ""
    figure: Figure = "active_fee"
    lessons: Annotated[str, Query(max_length=6)] = ""
    after: Annotated[str | None, Query(max_length=1000)] = None

    @property
    def lessons_left(self) -> int | None:
        """The number of lessons, if it is one."""
        return int(self.lessons) if self.lessons.isascii() and self.lessons.isdigit() else None


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One member with their contracts that are not over, each with its colour."""

    member: Member
    lessons_left: int | None
    contracts: Sequence[tuple[Contract, BalanceColour | None]]


@router.get("/balances")
def show_balances(
    session: ReadSession, asked: Annotated[Asked, Depends()], viewer: Viewer = viewing("members.read")
) -> Response:
    """The figures with the people behind one of them; as fragment the next rows."""
    site = chosen_site(session, asked.site)
    today = holders.today_at(session, site.id)
    question = Question(site.id, asked.figure, today, asked.lessons_left)
    page = holders.find_page(session, question, after=asked.after, limit=PAGE_ROWS)
    rows = holder_rows(session, page.items, today)
    is_more = viewer.is_fragment and asked.after is not None
    return render(
        viewer,
        "balances/rows.html" if is_more else "balances/list.html",
        sites=sites.list_sites(session),
        site=site,
        figures=BALANCE_FIGURES,
        counts={} if is_more else holders.count(session, site.id, today),
        asked=asked,
        rows=rows,
        next_after=page.next,
    )


def holder_rows(session: UnitOfWork, some: Sequence[Member], today: date) -> list[HolderRow]:
    """These members with what they hold that day; for at most a thousand of them at once."""
    held: dict[str, list[Contract]] = {member.id: [] for member in some}
    for contract in service.list_of_members(session, list(held)):
        if contract.use_until >= today:
            held[contract.member_id].append(contract)
    rows = []
    for member in some:
        terms = [service.terms_of(contract) for contract in held[member.id]]
        colours = [balance.balance_of(one, today).colour for one in terms]
        pairs = list(zip(held[member.id], colours, strict=True))
        rows.append(HolderRow(member, balance.lessons_left(terms, today), pairs))
    return rows
