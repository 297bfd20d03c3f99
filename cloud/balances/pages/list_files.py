"""The people behind a figure as a file, as XLSX or CSV: a row for each of their contracts that is not over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.balances import holders
from cloud.balances.holders import Question
from cloud.balances.pages.listing import Asked, HolderRow, holder_rows
from cloud.console import table_files
from cloud.console.asking import chosen_site
from cloud.console.languages import mark
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import BALANCES, Words
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.members.models import Member

HEADER: Final = (
    *("member_id", "member", "phone", "email", "lessons_left"),
    *("contract_id", "plan", "starts_on", "ends_on", "use_until", "balance"),
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Export(Asked):
    """The same words as in the address of the list, and the kind of file."""

    form: Format = "xlsx"


@router.get("/balances/export")
def export_balances(
    session: Transaction, asked: Annotated[Export, Depends()], viewer: Viewer = viewing("members.read")
) -> StreamingResponse:
    """All people behind the figure, in the order of the list; one without a contract has a row of their own."""
    site = chosen_site(session, asked.site)
    question = Question(site.id, asked.figure, holders.today_at(session, site.id), asked.lessons_left)
    narrowed = {"site": site.id, "figure": asked.figure, "lessons": asked.lessons}
    file = TableFile(
        name=f"balances-{asked.figure.replace('_', '-')}",
        noun="balance",
        form=asked.form,
        day=question.today,
        header=HEADER,
        narrowed=narrowed,
    )
    return table_files.send(session, viewer, file, _rows(session, viewer.words, question))


def _rows(session: UnitOfWork, words: Words, question: Question) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[Member]:
        return holders.find_page(session, question, after=after, limit=ROWS_AT_ONCE)

    for some in table_files.each_page(session, find):
        for holder in holder_rows(session, some, question.today):
            yield from _rows_of(holder, words)


def _rows_of(holder: HolderRow, words: Words) -> Iterator[Sequence[Cell]]:
    member = holder.member
    lessons = words.text(mark("unlimited")) if holder.lessons_left is None else holder.lessons_left
    person = (member.id, member.name, member.phone, member.email, lessons)
    for held, colour in holder.contracts:
        left = words.text(BALANCES[colour]) if colour else ""
        yield (*person, held.id, held.plan_name, held.starts_on, held.ends_on, held.use_until, left)
    if not holder.contracts:
        yield (*person, None, None, None, None, None, None)
