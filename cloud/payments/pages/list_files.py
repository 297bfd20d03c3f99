"""The payments of a site as a file: whatever the list shows, as XLSX or CSV."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.console import table_files
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.kit.money import exact_money
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.payments import service
from cloud.payments.pages.listing import Asked, Chosen, choose
from cloud.payments.pages.terms import SOURCES, STATES
from cloud.payments.service import Payment
from cloud.time_line.pages.words import METHODS

HEADER: Final = (
    *("id", "at", "member_id", "member", "amount", "currency", "state", "method", "for", "text"),
    *("contract_id", "recorded_by", "reference", "reason", "taken_back_at"),
)

router = APIRouter()


@router.get("/payments/export")
def export_payments(
    session: Transaction,
    asked: Annotated[Asked, Depends()],
    viewer: Viewer = viewing("dues.read"),
    form: Format = "xlsx",
) -> StreamingResponse:
    """All payments that the filters let through, the newest first."""
    chosen = choose(session, asked)
    file = TableFile(
        name="payments",
        noun="payment",
        form=form,
        day=chosen.last,
        header=HEADER,
        narrowed=chosen.query(asked),
    )
    return table_files.send(session, viewer, file, _rows(session, viewer.words, chosen))


def _rows(session: UnitOfWork, words: Words, chosen: Chosen) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[Payment]:
        return service.find_page(session, chosen.wanted, after=after, limit=ROWS_AT_ONCE)

    for payments in table_files.each_page(session, find):
        for payment in payments:
            yield (
                payment.id,
                table_files.local(payment.at, chosen.zone),
                payment.member_id,
                payment.member_name,
                exact_money(payment.amount_minor, payment.currency),
                payment.currency,
                words.text(STATES[payment.state][2]),
                words.text(METHODS[payment.method]),
                words.text(SOURCES[payment.source]),
                payment.title,
                payment.contract_id,
                payment.recorded_by_name or payment.recorded_by,
                payment.reference,
                payment.reason,
                table_files.local(payment.reversed_at, chosen.zone),
            )
