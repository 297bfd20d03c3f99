"""What every change of a contract has in common: days that follow from others, the audit log, the news."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.domain_events import ContractChanged
from cloud.errors import invalid_field


def record(
    session: UnitOfWork,
    actor: Actor,
    contract: Contract,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
) -> None:
    """Write the change to the database and the audit log, and let the gates hear of it.

    Raises:
        InvalidError: the contract ends before it starts.
    """
    note(session, actor, contract, action, before=before, after=after)
    session.flush()
    session.publish(ContractChanged(contract.id, contract.member_id))


def note(
    session: UnitOfWork,
    actor: Actor,
    contract: Contract,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any],
) -> None:
    """The same for one of many: who changes a lot writes them together, and publishes what it was."""
    if contract.ends_on < contract.starts_on:
        raise invalid_field("ends_on", "ends_before_start", "The contract ends before it starts.")
    follow_days(contract)
    contract.changed_at = session.now
    audit.record(
        session,
        actor,
        action,
        entity=("contract", contract.id),
        before=None if before is None else audit.plain(before),
        after=audit.plain(after),
    )


def follow_days(contract: Contract) -> None:
    """Let the last days of fee and use follow from the contract's end."""
    contract.fee_until = contract.ends_on + timedelta(days=contract.grace_days)
    contract.use_until = contract.fee_until + timedelta(days=contract.extra_expiry_days)


def move_end(contract: Contract, ends_on: date) -> None:
    """Let the contract end on another day; the next period of a recurring one begins on the day after."""
    contract.ends_on = ends_on
    if contract.is_renewing:
        contract.anchor_day = (ends_on + timedelta(days=1)).day
