"""What happens to a contract while it runs: freezes, extensions, its end."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Final

from cloud.audit.service import Actor
from cloud.billing import instalments
from cloud.contracts import policy, recording, service
from cloud.contracts.models import Contract, Freeze
from cloud.contracts.policy import DaySpan
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.members import service as members
from cloud.members.erasures import keep_from_erasure

FREEZES_MAX: Final = 50
"""A contract has at most so many freezes: all contracts of a member travel to the gates in one row of one message."""
FREEZE_DAYS_MAX: Final = 731
EXTENSION_MAX: Final = timedelta(days=3653)


def add_freeze(
    session: UnitOfWork, actor: Actor, contract_id: str, days: DaySpan, *, reason: str, is_prolonging: bool = False
) -> Contract:
    """Pause a contract for some days, now or ahead; `is_prolonging` adds as many days to its end.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: the days are not in order, outside the contract, or more than two years.
        ConflictError: it is frozen on one of these days already, or has 50 freezes; or the member was erased.
    """
    contract = service.get(session, contract_id)
    members.take(session, contract.member_id)
    if days.ends_on < days.starts_on:
        raise invalid_field("ends_on", "freeze_ends_before_start", "The freeze ends before it starts.")
    if _length(days).days > FREEZE_DAYS_MAX:
        raise invalid_field("ends_on", "freeze_too_long", f"Freeze for {FREEZE_DAYS_MAX} days at most.")
    if days.starts_on < contract.starts_on or days.starts_on > contract.ends_on:
        raise invalid_field("starts_on", "outside_contract", "The freeze must start within the contract.")
    if policy.overlaps(days, service.terms_of(contract).freezes):
        raise ConflictError("freeze_overlaps", "The contract is frozen on one of these days already.")
    if len(contract.freezes) >= FREEZES_MAX:
        raise ConflictError("too_many_freezes", f"The contract has {FREEZES_MAX} freezes already.")
    contract.freezes.append(Freeze(**asdict(days), reason=reason, is_prolonging=is_prolonging))
    if is_prolonging:
        recording.move_end(contract, contract.ends_on + _length(days))
    after = {**asdict(days), "reason": reason, "ends_on_of_contract": contract.ends_on}
    recording.record(session, actor, contract, "contract.freeze", after=after)
    return contract


def lift_freeze(session: UnitOfWork, actor: Actor, contract_id: str, freeze_id: int, *, today: date) -> Contract:
    """Let a freeze end yesterday, or not come at all; days that it had added to the contract's end go again.

    Raises:
        NotFoundError: there is no such contract, or no such freeze of it.
        ConflictError: it is over.
    """
    contract = service.get(session, contract_id)
    freeze = next((one for one in contract.freezes if one.id == freeze_id), None)
    if freeze is None:
        raise not_found("freeze", str(freeze_id))
    if freeze.ends_on < today:
        raise ConflictError("freeze_over", "The freeze is over.")
    frozen = DaySpan(freeze.starts_on, freeze.ends_on)
    last_day = max(today, freeze.starts_on) - timedelta(days=1)
    if freeze.is_prolonging:
        recording.move_end(contract, contract.ends_on - (freeze.ends_on - last_day))
    if last_day < freeze.starts_on:
        contract.freezes.remove(freeze)
        session.delete(freeze)
    else:
        freeze.ends_on = last_day
    after = {"ends_on": last_day, "ends_on_of_contract": contract.ends_on}
    recording.record(session, actor, contract, "contract.unfreeze", before=asdict(frozen), after=after)
    return contract


def extend(session: UnitOfWork, actor: Actor, contract_id: str, ends_on: date, reason: str) -> Contract:
    """Let a contract run longer, without a price.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: the day is not behind its last one, or more than ten years behind it.
        ConflictError: the member was erased.
    """
    contract = service.get(session, contract_id)
    members.take(session, contract.member_id)
    if not timedelta(0) < ends_on - contract.ends_on <= EXTENSION_MAX:
        raise invalid_field("ends_on", "not_longer", "Choose a day after the contract's last one, within ten years.")
    before = {"ends_on": contract.ends_on}
    recording.move_end(contract, ends_on)
    after = {"ends_on": ends_on, "reason": reason}
    recording.record(session, actor, contract, "contract.extend", before=before, after=after)
    return contract


def end(session: UnitOfWork, actor: Actor, contract_id: str, ends_on: date, reason: str) -> Contract:
    """End a contract early, without days of grace; what would be due later is asked for no more.

    Why is not kept of a member who was erased: it would tell of them again.

    Raises:
        NotFoundError: there is no such contract.
        InvalidError: the day is outside the contract.
    """
    contract = service.get(session, contract_id)
    if not contract.starts_on <= ends_on <= contract.ends_on:
        raise invalid_field("ends_on", "outside_contract", "The contract must end on one of its days.")
    names = ("ends_on", "grace_days", "extra_expiry_days", "is_renewing")
    before = {name: getattr(contract, name) for name in names}
    contract.ends_on, contract.is_renewing = ends_on, False
    contract.grace_days = contract.extra_expiry_days = 0
    is_erased = bool(keep_from_erasure(session, [contract.member_id]))
    after = {name: getattr(contract, name) for name in names} | {"reason": "" if is_erased else reason}
    after["cancelled_instalments"] = instalments.cancel_due_after(session, contract_id, ends_on)
    recording.record(session, actor, contract, "contract.end", before=before, after=after)
    return contract


def _length(days: DaySpan) -> timedelta:
    return days.ends_on - days.starts_on + timedelta(days=1)
