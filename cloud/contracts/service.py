"""Sell, change, freeze and settle contracts; count visits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from cloud.access_rules.models import AccessLevel
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.contracts import policy, repository
from cloud.contracts.models import Contract, Freeze
from cloud.contracts.policy import DaySpan, Terms
from cloud.database import UnitOfWork
from cloud.domain_events import ContractChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.models import Member

FREEZES_MAX: Final = 50
"""A contract has at most so many freezes: all contracts of a member travel to the gates in one row of one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDetails:
    """What is agreed. Days are the site's, both included; `visits_total` None: as many as one likes.

    `level_id` says where and when (None: everywhere, always); `needs_booking`: only around a booked session;
    `guests_per_day` 0 to 20.
    """

    plan_name: str
    starts_on: date
    ends_on: date
    grace_days: int = 0
    extra_expiry_days: int = 0
    visits_total: int | None = None
    dues_minor: int = 0
    currency: str = "EUR"
    dues_due_on: date | None = None
    level_id: str | None = None
    needs_booking: bool = False
    guests_per_day: int = 0


def create(session: UnitOfWork, actor: Actor, member_id: str, details: ContractDetails) -> Contract:
    """Sell a contract to a member.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: it ends before it starts, asks for dues without a due date, or names a level of no site that the
            member uses.
    """
    member = members.get(session, member_id)
    _check_level(session, member, details.level_id)
    contract = Contract(
        id=new_id("ctr"),
        member_id=member_id,
        visits_used=0,
        created_at=session.now,
        changed_at=session.now,
        freezes=[],
        **asdict(details),
    )
    _check(contract)
    session.add(contract)
    _log(session, actor, contract, "contract.create", after=asdict(details))
    return contract


def change(session: UnitOfWork, actor: Actor, contract_id: str, changes: Mapping[str, Any]) -> Contract:
    """Change some of `ContractDetails`' attributes; new dues are not paid.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: see `create`.
    """
    contract = get(session, contract_id)
    before = {name: getattr(contract, name) for name in changes}
    if before == dict(changes):
        return contract
    _check_level(session, members.get(session, contract.member_id), changes.get("level_id"))
    for name, value in changes.items():
        setattr(contract, name, value)
    _check(contract)
    if any(before.get(name) != getattr(contract, name) for name in before.keys() & {"dues_minor", "dues_due_on"}):
        contract.dues_paid_at = None
    _log(session, actor, contract, "contract.change", before=before, after=changes)
    return contract


def add_freeze(session: UnitOfWork, actor: Actor, contract_id: str, days: DaySpan, *, reason: str) -> Contract:
    """Pause a contract for some days.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: the days are not in order or outside the contract.
        ConflictError: it is frozen on one of these days already, or has 50 freezes.
    """
    contract = get(session, contract_id)
    if days.ends_on < days.starts_on:
        raise invalid_field("ends_on", "ends_before_start", "The freeze ends before it starts.")
    if days.starts_on < contract.starts_on or days.starts_on > contract.ends_on:
        raise invalid_field("starts_on", "outside_contract", "The freeze must start within the contract.")
    if policy.overlaps(days, terms_of(contract).freezes):
        raise ConflictError("freeze_overlaps", "The contract is frozen on one of these days already.")
    if len(contract.freezes) >= FREEZES_MAX:
        raise ConflictError("too_many_freezes", f"The contract has {FREEZES_MAX} freezes already.")
    contract.freezes.append(Freeze(starts_on=days.starts_on, ends_on=days.ends_on, reason=reason))
    _log(session, actor, contract, "contract.freeze", after={**asdict(days), "reason": reason})
    return contract


def record_dues_paid(session: UnitOfWork, actor: Actor, contract_id: str) -> Contract:
    """Note that the dues were paid now; their flags vanish.

    Raises:
        NotFoundError: there is no such contract.
        ConflictError: nothing is due, or it is paid already.
    """
    contract = get(session, contract_id)
    if contract.dues_minor == 0 or contract.dues_paid_at is not None:
        raise ConflictError("nothing_due", "Nothing is due on this contract.")
    contract.dues_paid_at = session.now
    paid = {"dues_minor": contract.dues_minor, "currency": contract.currency}
    _log(session, actor, contract, "contract.dues_paid", after=paid)
    return contract


def count_visit(session: UnitOfWork, contract_id: str) -> None:
    """Count one visit against a contract; one that does not exist is ignored (it was true at the gate)."""
    member_id = repository.count_visit(session, contract_id)
    if member_id is not None:
        session.publish(ContractChanged(contract_id, member_id))


def is_of_site(session: UnitOfWork, contract_id: str, site_id: str) -> bool:
    """Whether there is such a contract, and its member uses the site."""
    contract = session.get(Contract, contract_id)
    return contract is not None and site_id in members.site_ids_of(session, [contract.member_id])[contract.member_id]


def get(session: UnitOfWork, contract_id: str) -> Contract:
    """One contract with its freezes.

    Raises:
        NotFoundError: there is none with this id.
    """
    contract = session.get(Contract, contract_id)
    if contract is None:
        raise not_found("contract", contract_id)
    return contract


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Contract]:
    """The contracts of some members with their freezes, the latest start first."""
    return repository.list_of_members(session, member_ids)


def terms_of(contract: Contract) -> Terms:
    """What the pure policy needs to know of a contract."""
    return Terms(
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        grace_days=contract.grace_days,
        extra_expiry_days=contract.extra_expiry_days,
        freezes=tuple(DaySpan(freeze.starts_on, freeze.ends_on) for freeze in contract.freezes),
        visits_total=contract.visits_total,
        visits_used=contract.visits_used,
        dues_minor=contract.dues_minor,
        dues_due_on=contract.dues_due_on,
        is_paid=contract.dues_paid_at is not None,
    )


def _check_level(session: UnitOfWork, member: Member, level_id: str | None) -> None:
    if level_id is None:
        return
    level = session.get(AccessLevel, level_id)
    if level is None or level.site_id not in members.site_ids_of(session, [member.id])[member.id]:
        raise invalid_field("level_id", "unknown_level", "Use an access level of a site that the member uses.")


def _check(contract: Contract) -> None:
    if contract.ends_on < contract.starts_on:
        raise invalid_field("ends_on", "ends_before_start", "The contract ends before it starts.")
    if contract.dues_minor > 0 and contract.dues_due_on is None:
        raise invalid_field("dues_due_on", "due_date_missing", "Say until when the dues are to be paid.")


def _log(
    session: UnitOfWork,
    actor: Actor,
    contract: Contract,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
) -> None:
    contract.changed_at = session.now
    session.flush()
    audit.record(
        session,
        actor,
        action,
        entity=("contract", contract.id),
        before=None if before is None else audit.plain(before),
        after=audit.plain(after),
    )
    session.publish(ContractChanged(contract.id, contract.member_id))
