"""What is to be paid for a contract, and when. A contract's own service asks for it; staff may put a date off."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.billing import repository
from cloud.billing.models import Instalment
from cloud.billing.policy import Due
from cloud.database import UnitOfWork
from cloud.domain_events import DuesChanged
from cloud.errors import ConflictError, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.members.models import Member
from cloud.sites import service as sites

RECENT_MAX: Final = 200
OPEN_MAX: Final = 60
"""A contract has at most so many unpaid instalments; a recurring one is not prolonged beyond that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentDetails:
    """An amount in minor units, due on a day; from then on the gate reminds, `block_after_days` later it refuses."""

    amount_minor: int
    currency: str
    due_on: date
    block_after_days: int = 7


def ask_for(
    session: UnitOfWork, contract_id: str, member_id: str, parts: Sequence[InstalmentDetails]
) -> list[Instalment]:
    """Ask for the parts of a contract's price. The audit entry is the caller's: it is part of a sale.

    Raises:
        ConflictError: the contract would have more than 60 unpaid ones.
    """
    if len(parts) > rooms(session, [contract_id])[contract_id]:
        raise ConflictError("too_many_instalments", f"The contract has {OPEN_MAX} unpaid instalments.")
    asked = add(session, contract_id, member_id, parts)
    session.flush()
    if asked:
        session.publish(DuesChanged(contract_id, member_id))
    return asked


def add(session: UnitOfWork, contract_id: str, member_id: str, parts: Sequence[InstalmentDetails]) -> list[Instalment]:
    """Ask for the parts within the contract's room, for one of many: the caller writes them, and publishes it."""
    ids = sorted(new_id("ins") for _ in parts)  # those of one day stay in the order of the sale
    asked = [
        Instalment(
            id=instalment_id,
            contract_id=contract_id,
            member_id=member_id,
            amount_minor=part.amount_minor,
            paid_minor=0,
            currency=part.currency,
            due_on=part.due_on,
            block_after_days=part.block_after_days,
            created_at=session.now,
        )
        for instalment_id, part in zip(ids, parts, strict=True)
    ]
    session.add_all(asked)
    return asked


def rooms(session: UnitOfWork, contract_ids: Collection[str]) -> dict[str, int]:
    """How many more parts may be asked for each of some contracts."""
    unpaid = repository.count_open(session, contract_ids)
    return {contract_id: max(0, OPEN_MAX - unpaid.get(contract_id, 0)) for contract_id in contract_ids}


def cancel_due_after(session: UnitOfWork, contract_id: str, day: date) -> int:
    """Ask no more for what is open and due after a day, the contract's last; returns how many there were."""
    cancelled = [
        one for one in repository.list_of_contract(session, contract_id) if one.due_on > day and one.paid_at is None
    ]
    for instalment in cancelled:
        instalment.cancelled_at = session.now
    session.flush()
    if cancelled:
        session.publish(DuesChanged(contract_id, cancelled[0].member_id))
    return len(cancelled)


def postpone(session: UnitOfWork, actor: Actor, instalment_id: str, due_on: date) -> Instalment:
    """Let an instalment be due on another day, as agreed with the member.

    Raises:
        NotFoundError: there is no such instalment.
        ConflictError: it is paid or cancelled.
    """
    instalment = take_open(session, instalment_id)
    before, instalment.due_on = instalment.due_on, due_on
    session.flush()
    audit.record(
        session,
        actor,
        "instalment.postpone",
        entity=("instalment", instalment.id),
        before={"due_on": before.isoformat()},
        after={"due_on": due_on.isoformat()},
    )
    session.publish(DuesChanged(instalment.contract_id, instalment.member_id))
    return instalment


def take_open(session: UnitOfWork, instalment_id: str) -> Instalment:
    """An unpaid instalment, for this transaction alone.

    Raises:
        NotFoundError: there is no such instalment.
        ConflictError: it is paid or cancelled.
    """
    instalment = repository.lock(session, instalment_id)
    if instalment is None:
        raise not_found("instalment", instalment_id)
    if instalment.paid_at is not None or instalment.cancelled_at is not None:
        raise ConflictError("nothing_due", "Nothing is due on this instalment.")
    return instalment


def get(session: UnitOfWork, instalment_id: str) -> Instalment:
    """One instalment.

    Raises:
        NotFoundError: there is none with this id.
    """
    instalment = session.get(Instalment, instalment_id)
    if instalment is None:
        raise not_found("instalment", instalment_id)
    return instalment


def list_of_contract(session: UnitOfWork, contract_id: str) -> Sequence[Instalment]:
    """Everything that was ever due for a contract and not cancelled, the earliest first."""
    return repository.list_of_contract(session, contract_id)


def list_recent(session: UnitOfWork, contract_ids: Collection[str]) -> Sequence[Instalment]:
    """Of what was asked for some contracts and not cancelled, the 200 that are due last, the earliest first."""
    return repository.list_recent(session, contract_ids, limit=RECENT_MAX)


def list_open(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Instalment]:
    """What some members have not paid, due or not, the earliest first."""
    return repository.list_open(session, member_ids)


def open_dues(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, dict[str, list[Due]]]:
    """What is unpaid, by member and contract, as the pure policy needs it; who owes nothing is left out."""
    found: dict[str, dict[str, list[Due]]] = defaultdict(lambda: defaultdict(list))
    for member_id, contract_id, due_on, block_after_days in repository.list_dues(session, member_ids):
        found[member_id][contract_id].append(Due(due_on, block_after_days))
    return found


def find_due_page(
    session: UnitOfWork, site_id: str, *, from_day: date | None, to_day: date, after: str | None, limit: int
) -> Page[tuple[Instalment, Member]]:
    """What is unpaid and due in some days at a site, with who owes it, the earliest first.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: `after` is no cursor of this list.
    """
    sites.get_site(session, site_id)
    key = read_cursor(after, int, str)
    behind = None if key is None else (date.fromordinal(max(1, min(int(key[0]), date.max.toordinal()))), str(key[1]))
    rows = repository.find_due_page(session, site_id, from_day=from_day, to_day=to_day, after=behind, limit=limit + 1)
    return cut_page(rows, limit, lambda row: (row[0].due_on.toordinal(), row[0].id))


def sum_due(session: UnitOfWork, site_id: str, to_day: date) -> Sequence[tuple[str, int, int]]:
    """By currency: how much is unpaid and due until a day at a site, and how many members owe it."""
    return repository.sum_due(session, site_id, to_day)


def mark_paid(instalment: Instalment, at: datetime) -> None:
    """Note when all of it was paid, or that it is not any more."""
    instalment.paid_at = at if instalment.paid_minor >= instalment.amount_minor else None
