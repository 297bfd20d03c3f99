"""Charges for contracts and receipts of the till as one list, by when they were noted.

What succeeded, what failed and what the till sold are asked one after the other, charges along their index: one query
for all would have to sort the whole period for every page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, null, select, tuple_

from cloud.billing.charges import Method, Outcome
from cloud.billing.models import Charge, Instalment
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members import policy as members_policy
from cloud.members.models import Member
from cloud.sales.models import Sale, SaleLine

Source = Literal["contract", "till"]
State = Literal["succeeded", "failed", "reversed"]
Place = tuple[datetime, str]
"""When a payment was noted, and its id: its place in the list."""
_CHARGE_STATE: Final = case((Charge.reversed_at.is_not(None), literal("reversed")), else_=Charge.outcome)
_SALE_STATE: Final = case((Sale.cancelled_at.is_not(None), literal("reversed")), else_=literal("succeeded"))
_CHARGE: Final = (
    Charge.id.label("id"),
    literal("contract").label("source"),
    Charge.recorded_at.label("at"),
    Instalment.member_id.label("member_id"),
    Charge.amount_minor.label("amount_minor"),
    Instalment.currency.label("currency"),
    Charge.method.label("method"),
    _CHARGE_STATE.label("state"),
    Charge.recorded_by.label("recorded_by"),
    Charge.reference.label("reference"),
    case((Charge.reversed_at.is_not(None), Charge.reversal_reason), else_=Charge.failure).label("reason"),
    Charge.reversed_at.label("reversed_at"),
    Contract.id.label("contract_id"),
    Contract.plan_name.label("title"),
)
_SALE: Final = (
    Sale.id.label("id"),
    literal("till").label("source"),
    Sale.sold_at.label("at"),
    Sale.member_id.label("member_id"),
    Sale.total_minor.label("amount_minor"),
    Sale.currency.label("currency"),
    Sale.method.label("method"),
    _SALE_STATE.label("state"),
    Sale.sold_by.label("recorded_by"),
    Sale.reference.label("reference"),
    Sale.cancel_reason.label("reason"),
    Sale.cancelled_at.label("reversed_at"),
    null().label("contract_id"),
    literal("").label("title"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """Which payments of the members of a site are wanted: noted from `since` to before `until`; None: whatever.

    `search` looks for the member, by names, contacts and card numbers.
    """

    site_id: str
    since: datetime
    until: datetime
    source: Source | None = None
    method: Method | None = None
    state: State | None = None
    member_id: str | None = None
    search: str = ""


def find_page(session: UnitOfWork, wanted: PaymentFilter, *, after: Place | None, limit: int) -> list[Row[Any]]:
    """The newest payments behind a place in the list."""
    found: list[Sequence[Row[Any]]] = []
    for outcome in _outcomes(wanted):
        query = _of_charges(select(*_CHARGE), wanted, outcome).join(Contract, Contract.id == Instalment.contract_id)
        found.append(session.execute(_newest(query, Charge.recorded_at, Charge.id, after).limit(limit)).all())
    if _has_till(wanted):
        query = _newest(_of_sales(select(*_SALE), wanted), Sale.sold_at, Sale.id, after)
        found.append(session.execute(query.limit(limit)).all())
    return list(islice(merge(*found, key=lambda row: (row.at, row.id), reverse=True), limit))


def sum_up(session: UnitOfWork, wanted: PaymentFilter) -> list[tuple[str, State, str, int, int]]:
    """By currency, state and method: the sum in minor units, and how many they are; once for each part of the list."""
    queries = [
        _grouped(
            _of_charges(select(), wanted, outcome), Charge.amount_minor, Instalment.currency, _CHARGE_STATE, Charge
        )
        for outcome in _outcomes(wanted)
    ]
    if _has_till(wanted):
        queries.append(_grouped(_of_sales(select(), wanted), Sale.total_minor, Sale.currency, _SALE_STATE, Sale))
    rows = [row for query in queries for row in session.execute(query)]
    return sorted((row[0], row[1], row[2], int(row[3]), row[4]) for row in rows)


def titles_of(session: UnitOfWork, sale_ids: Collection[str]) -> dict[str, list[str]]:
    """What stands on some receipts, line by line."""
    query = select(SaleLine.sale_id, SaleLine.title).where(SaleLine.sale_id.in_(sale_ids)).order_by(SaleLine.position)
    found: dict[str, list[str]] = {}
    for sale_id, title in session.execute(query):
        found.setdefault(sale_id, []).append(title)
    return found


def _outcomes(wanted: PaymentFilter) -> Sequence[Outcome]:
    """The outcomes of charges that the list can hold."""
    if wanted.source == "till":
        return ()
    return {None: ("succeeded", "failed"), "failed": ("failed",)}.get(wanted.state, ("succeeded",))


def _has_till(wanted: PaymentFilter) -> bool:
    return wanted.source != "contract" and wanted.state != "failed"


def _of_charges(query: Select[Any], wanted: PaymentFilter, outcome: Outcome) -> Select[Any]:
    return (
        query.select_from(Charge)
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .join(Member, Member.id == Instalment.member_id)
        .where(Charge.outcome == outcome, *_conditions(wanted, Charge.recorded_at, Charge.method, _CHARGE_STATE))
    )


def _of_sales(query: Select[Any], wanted: PaymentFilter) -> Select[Any]:
    return (
        query.select_from(Sale)
        .join(Member, Member.id == Sale.member_id)
        .where(*_conditions(wanted, Sale.sold_at, Sale.method, _SALE_STATE))
    )


def _newest(query: Select[Any], at: Any, row_id: Any, after: Place | None) -> Select[Any]:
    if after is not None:
        query = query.where(at <= after[0], tuple_(at, row_id) < after)
    return query.order_by(at.desc(), row_id.desc())


def _grouped(query: Select[Any], amount: Any, currency: Any, state: Any, noun: Any) -> Select[Any]:
    groups = (currency, state, noun.method)
    return query.add_columns(*groups, func.sum(amount), func.count()).group_by(*groups)


def _conditions(wanted: PaymentFilter, at: Any, method: Any, state: Any) -> list[ColumnElement[bool]]:
    # SQLite would otherwise go through all members of the site, and sort all that they ever paid.
    here = func.coalesce(Member.site_id, "") == wanted.site_id
    found: list[ColumnElement[bool]] = [here, at >= wanted.since, at < wanted.until]
    for column, value in ((method, wanted.method), (state, wanted.state), (Member.id, wanted.member_id)):
        if value is not None:
            found.append(column == value)
    needles = members_policy.search_needles(wanted.search)
    return found + [Member.search_text.contains(needle, autoescape=True) for needle in needles]
