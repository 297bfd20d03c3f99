"""Queries on action types and outcomes."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select

from cloud.action_types.models import ActionType, ActionTypeOutcome, Outcome
from cloud.database import UnitOfWork


def lock_types(session: UnitOfWork) -> Sequence[ActionType]:
    """Every type, kept from everybody else until the transaction ends: one of them is the default."""
    query = select(ActionType).order_by(ActionType.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def list_types(session: UnitOfWork) -> Sequence[ActionType]:
    """Every type by name, the obsolete ones last."""
    return session.scalars(select(ActionType).order_by(ActionType.is_obsolete, ActionType.name, ActionType.id)).all()


def list_outcomes(session: UnitOfWork) -> Sequence[Outcome]:
    """Every outcome by name, the obsolete ones last."""
    return session.scalars(select(Outcome).order_by(Outcome.is_obsolete, Outcome.name, Outcome.id)).all()


def count_outcomes(session: UnitOfWork) -> int:
    """How many outcomes there are."""
    return session.scalar(select(func.count()).select_from(Outcome)) or 0


def find_outcome_named(session: UnitOfWork, name: str) -> Outcome | None:
    """The outcome with this name."""
    return session.scalar(select(Outcome).where(Outcome.name == name))


def outcome_ids_of(session: UnitOfWork, type_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The outcomes attached to each of these types; a type without any is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(ActionTypeOutcome).where(ActionTypeOutcome.action_type_id.in_(type_ids))
    for row in session.scalars(query):
        found[row.action_type_id].add(row.outcome_id)
    return {type_id: frozenset(outcome_ids) for type_id, outcome_ids in found.items()}


def attach(session: UnitOfWork, type_id: str, outcome_ids: Collection[str]) -> None:
    """Let a type have these outcomes and no others."""
    session.execute(delete(ActionTypeOutcome).where(ActionTypeOutcome.action_type_id == type_id))
    session.add_all(ActionTypeOutcome(action_type_id=type_id, outcome_id=each) for each in sorted(outcome_ids))
