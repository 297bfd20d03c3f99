"""Charges for contracts and receipts of the till as one list, by when they were noted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, String, case, cast, func, literal, null, select, tuple_, union_all

from cloud.billing.charges import Method
from cloud.billing.models import Charge, Instalment
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members import policy as members_policy
from cloud.members.models import Member
from cloud.sales.models import Sale, SaleLine

Source = Literal["contract", "till"]
State = Literal["succeeded", "failed", "reversed"]


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


def find_page(
    session: UnitOfWork, wanted: PaymentFilter, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """The newest payments behind a place in the list."""
    found = _all(wanted).subquery().c
    query = select(*found).order_by(found.at.desc(), found.id.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(found.at, found.id) < after)
    return session.execute(query).all()


def sum_up(session: UnitOfWork, wanted: PaymentFilter) -> list[tuple[str, str, str, int, int]]:
    """By currency, state and method: the sum in minor units, and how many they are."""
    found = _all(wanted).subquery().c
    groups = (found.currency, found.state, found.method)
    query = select(*groups, func.sum(found.amount_minor), func.count()).group_by(*groups).order_by(*groups)
    return [(row[0], row[1], row[2], int(row[3]), row[4]) for row in session.execute(query)]


def titles_of(session: UnitOfWork, sale_ids: Collection[str]) -> dict[str, list[str]]:
    """What stands on some receipts, line by line."""
    query = select(SaleLine.sale_id, SaleLine.title).where(SaleLine.sale_id.in_(sale_ids)).order_by(SaleLine.position)
    found: dict[str, list[str]] = {}
    for sale_id, title in session.execute(query):
        found.setdefault(sale_id, []).append(title)
    return found


def _all(wanted: PaymentFilter) -> Any:
    """Both parts with the same columns; each is narrowed for itself, so that none is read for nothing."""
    parts: dict[Source, Select[Any]] = {"contract": _charges(wanted), "till": _receipts(wanted)}
    return union_all(*(part for source, part in parts.items() if wanted.source in {None, source}))


def _charges(wanted: PaymentFilter) -> Select[Any]:
    is_reversed = Charge.reversed_at.is_not(None)
    state = case((is_reversed, literal("reversed")), else_=Charge.outcome)
    query = (
        select(
            Charge.id.label("id"),
            literal("contract").label("source"),
            Charge.recorded_at.label("at"),
            Instalment.member_id.label("member_id"),
            Charge.amount_minor.label("amount_minor"),
            Instalment.currency.label("currency"),
            Charge.method.label("method"),
            state.label("state"),
            Charge.recorded_by.label("recorded_by"),
            Charge.reference.label("reference"),
            case((is_reversed, Charge.reversal_reason), else_=Charge.failure).label("reason"),
            Charge.reversed_at.label("reversed_at"),
            Contract.id.label("contract_id"),
            Contract.plan_name.label("title"),
        )
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .join(Contract, Contract.id == Instalment.contract_id)
        .join(Member, Member.id == Instalment.member_id)
        .where(Charge.outcome.in_(("succeeded", "failed")))  # for the index, which begins with it
    )
    return query.where(*_conditions(wanted, Charge.recorded_at, Charge.method, state))


def _receipts(wanted: PaymentFilter) -> Select[Any]:
    state = case((Sale.cancelled_at.is_not(None), literal("reversed")), else_=literal("succeeded"))
    query = select(
        Sale.id.label("id"),
        literal("till").label("source"),
        Sale.sold_at.label("at"),
        Sale.member_id.label("member_id"),
        Sale.total_minor.label("amount_minor"),
        Sale.currency.label("currency"),
        Sale.method.label("method"),
        state.label("state"),
        Sale.sold_by.label("recorded_by"),
        Sale.reference.label("reference"),
        Sale.cancel_reason.label("reason"),
        Sale.cancelled_at.label("reversed_at"),
        cast(null(), String(24)).label("contract_id"),
        literal("").label("title"),
    ).join(Member, Member.id == Sale.member_id)
    return query.where(*_conditions(wanted, Sale.sold_at, Sale.method, state))


def _conditions(wanted: PaymentFilter, at: Any, method: Any, state: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Member.site_id == wanted.site_id, at >= wanted.since, at < wanted.until]
    for column, value in ((method, wanted.method), (state, wanted.state), (Member.id, wanted.member_id)):
        if value is not None:
            found.append(column == value)
    needles = members_policy.search_needles(wanted.search)
    return found + [Member.search_text.contains(needle, autoescape=True) for needle in needles]
