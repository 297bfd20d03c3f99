"""Record what the till or the payment provider has collected, or has failed to collect."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from sqlalchemy.exc import IntegrityError

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.billing import instalments, policy, repository
from cloud.billing.models import Charge, Instalment
from cloud.database import UnitOfWork
from cloud.domain_events import DuesChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id

Method = Literal["cash", "card", "transfer", "provider"]
Outcome = Literal["succeeded", "failed"]
SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeDetails:
    """One try: `amount_minor` None is all that is open. `failure` says why it failed; no card data anywhere."""

    method: Method
    outcome: Outcome = "succeeded"
    amount_minor: int | None = None
    failure: str = ""
    reference: str = ""


def record(
    session: UnitOfWork, actor: Actor, instalment_id: str, details: ChargeDetails, *, idempotency_key: str
) -> Charge:
    """Record a charge; once, however often it is reported under the same key.

    Raises:
        NotFoundError: there is no such instalment.
        ConflictError: nothing is due on it, or the key was used for another charge.
        InvalidError: it is more than is due, or a text holds a card number.
    """
    for name in ("failure", "reference"):
        if policy.holds_card_number(getattr(details, name)):
            raise invalid_field(name, "card_number", "Leave out the card's number: it is not kept here.")
    known = repository.find_charge(session, actor.id, idempotency_key)
    if known is None:
        if repository.lock(session, instalment_id) is None:
            raise not_found("instalment", instalment_id)
        known = repository.find_charge(session, actor.id, idempotency_key)
    if known is not None:
        return _same(known, instalment_id, details)
    instalment = instalments.take_open(session, instalment_id)
    charge = _charge(session, actor, instalment, details, idempotency_key)
    try:
        with session.begin_nested():
            session.add(charge)
            session.flush()
    except IntegrityError as error:
        raise ConflictError("idempotency_reused", "The key was used for another charge.") from error
    if charge.outcome == "succeeded":
        _settle(session, instalment, charge.amount_minor)
    audit.record(
        session,
        actor,
        f"charge.{'succeed' if charge.outcome == 'succeeded' else 'fail'}",
        entity=("charge", charge.id),
        after={**asdict(details), "amount_minor": charge.amount_minor, "instalment_id": instalment.id},
    )
    return charge


def reverse(session: UnitOfWork, actor: Actor, charge_id: str, reason: str) -> Charge:
    """Take a success back: noted by mistake, refunded, or charged back by the bank. What it paid is due again.

    Raises:
        NotFoundError: there is no such charge.
        ConflictError: it failed, or is reversed already.
    """
    charge = get(session, charge_id)
    instalment = repository.lock(session, charge.instalment_id)
    assert instalment is not None, "a charge belongs to an instalment"
    session.refresh(charge)
    if charge.outcome != "succeeded" or charge.reversed_at is not None:
        raise ConflictError("not_reversible", "Only a charge that succeeded can be reversed, once.")
    charge.reversed_at, charge.reversal_reason = session.now, reason
    _settle(session, instalment, -charge.amount_minor)
    audit.record(
        session,
        actor,
        "charge.reverse",
        entity=("charge", charge.id),
        after={"amount_minor": charge.amount_minor, "instalment_id": instalment.id, "reason": reason},
    )
    return charge


def get(session: UnitOfWork, charge_id: str) -> Charge:
    """One charge.

    Raises:
        NotFoundError: there is none with this id.
    """
    charge = session.get(Charge, charge_id)
    if charge is None:
        raise not_found("charge", charge_id)
    return charge


def list_of_instalments(session: UnitOfWork, instalment_ids: Collection[str]) -> Sequence[Charge]:
    """The last 200 charges of some instalments, the newest first."""
    return repository.list_charges(session, instalment_ids, limit=SHOWN_MAX)


def _charge(
    session: UnitOfWork, actor: Actor, instalment: Instalment, details: ChargeDetails, idempotency_key: str
) -> Charge:
    left = instalment.amount_minor - instalment.paid_minor
    amount = left if details.amount_minor is None else details.amount_minor
    if amount > left:
        raise invalid_field("amount_minor", "more_than_due", "This is more than is due.")
    return Charge(
        id=new_id("chg"),
        instalment_id=instalment.id,
        amount_minor=amount,
        method=details.method,
        outcome=details.outcome,
        failure=details.failure,
        reference=details.reference,
        idempotency_key=idempotency_key,
        recorded_by=actor.id,
        recorded_at=session.now,
        reversal_reason="",
    )


def _same(known: Charge, instalment_id: str, details: ChargeDetails) -> Charge:
    said = (details.method, details.outcome, details.failure, details.reference)
    is_same = known.instalment_id == instalment_id and said == (
        known.method,
        known.outcome,
        known.failure,
        known.reference,
    )
    if not is_same or details.amount_minor not in {None, known.amount_minor}:
        raise ConflictError("idempotency_reused", "The key was used for another charge.")
    return known


def _settle(session: UnitOfWork, instalment: Instalment, amount_minor: int) -> None:
    instalment.paid_minor += amount_minor
    instalments.mark_paid(instalment, session.now)
    session.flush()
    session.publish(DuesChanged(instalment.contract_id, instalment.member_id))
