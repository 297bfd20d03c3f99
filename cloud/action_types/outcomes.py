"""Outcomes: how a task stands or ended, in four classes."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import select

from cloud.action_types import policy, repository
from cloud.action_types.models import Outcome
from cloud.action_types.policy import StateClass
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDetails:
    """`keeps_block` is for outcomes that close: what the type does at the gate then goes on until it is lifted."""

    name: str
    state_class: StateClass
    keeps_block: bool = False
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: OutcomeDetails) -> Outcome:
    """Add an outcome; types have it once it is attached to them.

    Raises:
        InvalidError: the name is taken, or an outcome that does not close keeps the block.
        ConflictError: there are 200 outcomes.
    """
    if repository.count_outcomes(session) >= policy.OUTCOMES_MAX:
        raise ConflictError("too_many", f"There are {policy.OUTCOMES_MAX} outcomes already.")
    _check(session, details)
    outcome = Outcome(id=new_id("out"), created_at=session.now, **asdict(details))
    session.add(outcome)
    session.flush()
    audit.record(session, actor, "outcome.create", entity=("outcome", outcome.id), after=asdict(details))
    return outcome


def change(session: UnitOfWork, actor: Actor, outcome_id: str, changes: Mapping[str, Any]) -> Outcome:
    """Change some of `OutcomeDetails`' attributes. Tasks that ended so before are left as they are.

    Raises:
        NotFoundError: there is no such outcome.
        InvalidError: the name is taken, or an outcome that does not close keeps the block.
    """
    outcome = get(session, outcome_id)
    told = {name: value for name, value in changes.items() if getattr(outcome, name) != value}
    if not told:
        return outcome
    before = {name: getattr(outcome, name) for name in told}
    known = {name: getattr(outcome, name) for name in OutcomeDetails.__dataclass_fields__}
    _check(session, OutcomeDetails(**(known | told)), except_id=outcome_id)
    for name, value in told.items():
        setattr(outcome, name, value)
    session.flush()
    audit.record(session, actor, "outcome.change", entity=("outcome", outcome_id), before=before, after=told)
    return outcome


def get(session: UnitOfWork, outcome_id: str) -> Outcome:
    """One outcome.

    Raises:
        NotFoundError: there is none with this id.
    """
    outcome = session.get(Outcome, outcome_id)
    if outcome is None:
        raise not_found("outcome", outcome_id)
    return outcome


def list_all(session: UnitOfWork) -> list[Outcome]:
    """Every outcome (at most 200), in the order of the classes."""
    return in_order(repository.list_outcomes(session))


def find_page(session: UnitOfWork, *, after: str | None, limit: int) -> Page[Outcome]:
    """The outcomes, the oldest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, select(Outcome), Outcome.id, after=after, limit=limit, is_newest_first=False)


def in_order(found: Iterable[Outcome]) -> list[Outcome]:
    """To start, in progress, closed positive, closed negative; within a class as they come."""
    return sorted(found, key=lambda outcome: policy.STATE_CLASSES.index(cast("StateClass", outcome.state_class)))


def is_closing(outcome: Outcome) -> bool:
    """Whether a task with this outcome is closed."""
    return outcome.state_class in policy.CLOSED_CLASSES


def _check(session: UnitOfWork, details: OutcomeDetails, *, except_id: str = "") -> None:
    namesake = repository.find_outcome_named(session, details.name)
    if namesake is not None and namesake.id != except_id:
        raise invalid_field("name", "name_taken", "Another outcome has the name already.")
    if details.keeps_block and details.state_class not in policy.CLOSED_CLASSES:
        raise invalid_field("keeps_block", "not_closing", "Only an outcome that closes can keep the block.")
