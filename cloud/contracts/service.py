"""Write contracts, change their terms, look them up; count visits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cloud.access_rules.models import AccessLevel
from cloud.audit.service import Actor
from cloud.billing import instalments
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import recording, repository
from cloud.contracts.models import Contract
from cloud.contracts.policy import DaySpan, Terms
from cloud.database import UnitOfWork
from cloud.domain_events import ContractChanged
from cloud.errors import invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.models import Member
from cloud.plans.policy import BLOCK_AFTER_DAYS, PRICE_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDetails:
    """What is agreed. Days are the site's, both included; `visits_total` None: as many as one likes.

    `level_id` says where and when (None: everywhere, always); `needs_booking`: only around a booked session;
    `guests_per_day` 0 to 20. The price is the sum of the instalments; a change leaves them alone.
    """

    plan_name: str
    starts_on: date
    ends_on: date
    grace_days: int = 0
    extra_expiry_days: int = 0
    visits_total: int | None = None
    currency: str = "EUR"
    level_id: str | None = None
    needs_booking: bool = False
    guests_per_day: int = 0
    instalments: tuple[InstalmentDetails, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a contract's terms come from; without a plan they were agreed for one member."""

    kind: str = "fixed_term"
    plan_id: str | None = None
    renews_id: str | None = None
    price_minor: int | None = None
    block_after_days: int = BLOCK_AFTER_DAYS
    is_renewing: bool = False
    length: int | None = None
    length_unit: str | None = None


def create(
    session: UnitOfWork, actor: Actor, member_id: str, details: ContractDetails, origin: Origin | None = None
) -> Contract:
    """Write a contract with a member, and ask for what is to be paid.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: it ends before it starts, costs too much, or names a level of no site that the member uses.
        ConflictError: it has more than 60 instalments; or they were erased.
    """
    member = members.take(session, member_id)
    _check_level(session, member, details.level_id)
    source = origin or Origin()
    terms = asdict(details)
    parts: tuple[InstalmentDetails, ...] = details.instalments
    del terms["instalments"]
    price_minor = sum(part.amount_minor for part in parts) if source.price_minor is None else source.price_minor
    if price_minor > PRICE_MAX:
        raise invalid_field("instalments", "price_too_high", "The instalments are more than a price may be.")
    contract = Contract(
        id=new_id("ctr"),
        member_id=member_id,
        visits_used=0,
        created_at=session.now,
        changed_at=session.now,
        freezes=[],
        anchor_day=details.starts_on.day if source.is_renewing else None,
        **terms,
        **(asdict(source) | {"price_minor": price_minor}),
    )
    recording.follow_days(contract)
    session.add(contract)
    after = {**terms, **asdict(source), "price_minor": price_minor}
    recording.record(session, actor, contract, "contract.create", after=after)
    instalments.ask_for(session, contract.id, member_id, parts)
    return contract


def change(session: UnitOfWork, actor: Actor, contract_id: str, changes: Mapping[str, Any]) -> Contract:
    """Change some of `ContractDetails`' attributes, but not the instalments.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: see `create`.
        ConflictError: the member was erased.
    """
    contract = get(session, contract_id)
    before = {name: getattr(contract, name) for name in changes}
    if before == dict(changes):
        return contract
    _check_level(session, members.take(session, contract.member_id), changes.get("level_id"))
    for name, value in changes.items():
        setattr(contract, name, value)
    if "ends_on" in changes and before["ends_on"] != contract.ends_on:
        recording.move_end(contract, contract.ends_on)
    recording.record(session, actor, contract, "contract.change", before=before, after=changes)
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
        was_used=contract.first_used_at is not None,
    )


def _check_level(session: UnitOfWork, member: Member, level_id: str | None) -> None:
    if level_id is None:
        return
    level = session.get(AccessLevel, level_id)
    if level is None or level.site_id not in members.site_ids_of(session, [member.id])[member.id]:
        raise invalid_field("level_id", "unknown_level", "Use an access level of a site that the member uses.")
