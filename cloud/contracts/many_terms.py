"""What the contracts of many members say, in one question and without objects: for lists of people."""

from collections.abc import Collection
from itertools import groupby
from typing import Final

from sqlalchemy import bindparam, select

from cloud.contracts.models import Contract, Freeze
from cloud.contracts.policy import DaySpan, Terms
from cloud.database import UnitOfWork
from cloud.plain_rows import plain_rows

_TERMS: Final = (
    select(
        Contract.member_id,
        Contract.id,
        Contract.starts_on,
        Contract.ends_on,
        Contract.grace_days,
        Contract.extra_expiry_days,
        Contract.visits_total,
        Contract.visits_used,
        Contract.first_used_at,
        Freeze.starts_on,
        Freeze.ends_on,
    )
    .outerjoin(Freeze, Freeze.contract_id == Contract.id)
    .where(Contract.member_id.in_(bindparam("member_ids", expanding=True)))
    .order_by(Contract.member_id, Contract.starts_on.desc(), Contract.id.desc(), Freeze.starts_on)
)


def terms_of_members(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, list[Terms]]:
    """The terms by member, the latest start first; members without any contract are left out."""
    found: dict[str, list[Terms]] = {}
    rows = plain_rows(session, _TERMS, {"member_ids": [*member_ids]})
    for _, (first, *others) in groupby(rows, key=lambda row: row[1]):
        member_id, _, starts_on, ends_on, grace, extra, visits, used, first_used_at, *_ = first
        freezes = [(row[-2], row[-1]) for row in (first, *others)]
        terms = Terms(
            starts_on=starts_on,
            ends_on=ends_on,
            grace_days=grace,
            extra_expiry_days=extra,
            freezes=tuple(DaySpan(begin, end) for begin, end in freezes if begin is not None and end is not None),
            visits_total=visits,
            visits_used=used,
            was_used=first_used_at is not None,
        )
        found.setdefault(member_id, []).append(terms)
    return found
