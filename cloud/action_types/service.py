"""Add and change action types. What a type does at the gate changes for all of its open tasks at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select

from cloud.action_types import outcomes, policy, repository
from cloud.action_types.models import ActionType, Outcome
from cloud.action_types.policy import ActionAtAccess, Colour
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import ActionTypeChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.i18n import Language
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTypeDetails:
    """What a type is; the attributes are those of `models.ActionType`, with the outcomes that its tasks may have."""

    name: str
    colour: Colour = "blue"
    is_obsolete: bool = False
    is_default: bool = False
    description: str = ""
    action_at_access: ActionAtAccess = "none"
    device_kinds: Sequence[str] = ()
    texts: Mapping[Language, str] = field(default_factory=dict)
    operator_hint: str = ""
    outcome_ids: Collection[str] = ()


def create(session: UnitOfWork, actor: Actor, details: ActionTypeDetails) -> ActionType:
    """Add a type. The first one is the default.

    Raises:
        InvalidError: the name is taken, an outcome does not exist, or it is obsolete and the default.
        ConflictError: there are 200 types.
    """
    others = repository.lock_types(session)
    if len(others) >= policy.TYPES_MAX:
        raise ConflictError("too_many", f"There are {policy.TYPES_MAX} types already.")
    values = _plain(asdict(details))
    if not others and not details.is_obsolete:
        values["is_default"] = True
    _check(session, values, others)
    outcome_ids = values.pop("outcome_ids")
    action_type = ActionType(id=new_id("aty"), created_at=session.now, **values)
    session.add(action_type)
    _make_only_default(action_type, others)
    session.flush()
    repository.attach(session, action_type.id, outcome_ids)
    session.flush()
    after = {**values, "outcome_ids": outcome_ids}
    audit.record(session, actor, "action_type.create", entity=("action_type", action_type.id), after=after)
    return action_type


def change(session: UnitOfWork, actor: Actor, type_id: str, changes: Mapping[str, Any]) -> ActionType:
    """Change some of `ActionTypeDetails`' attributes; the gates then obey for every open task of the type.

    Raises:
        NotFoundError: there is no such type.
        InvalidError: the name is taken, an outcome does not exist, or it is obsolete and the default.
    """
    everything = repository.lock_types(session)
    action_type = get(session, type_id)
    before = details_of(session, action_type)
    after = before | _plain(changes)
    if before == after:
        return action_type
    others = [each for each in everything if each.id != type_id]
    _check(session, after, others)
    told = {name: value for name, value in after.items() if value != before[name]}
    for name, value in told.items():
        if name != "outcome_ids":
            setattr(action_type, name, value)
    _make_only_default(action_type, others)
    session.flush()
    if "outcome_ids" in told:
        repository.attach(session, type_id, told["outcome_ids"])
        session.flush()
    audit.record(
        session,
        actor,
        "action_type.change",
        entity=("action_type", type_id),
        before={name: before[name] for name in told},
        after=told,
    )
    session.publish(ActionTypeChanged(type_id))
    return action_type


def get(session: UnitOfWork, type_id: str) -> ActionType:
    """One type.

    Raises:
        NotFoundError: there is none with this id.
    """
    action_type = session.get(ActionType, type_id)
    if action_type is None:
        raise not_found("action_type", type_id)
    return action_type


def details_of(session: UnitOfWork, action_type: ActionType) -> dict[str, Any]:
    """What the type is, by the names of `ActionTypeDetails`."""
    names = [name for name in ActionTypeDetails.__dataclass_fields__ if name != "outcome_ids"]
    attached = repository.outcome_ids_of(session, [action_type.id]).get(action_type.id, frozenset())
    return {name: getattr(action_type, name) for name in names} | {"outcome_ids": sorted(attached)}


def list_all(session: UnitOfWork) -> Sequence[ActionType]:
    """Every type (at most 200) by name, the obsolete ones last."""
    return repository.list_types(session)


def list_usable(session: UnitOfWork) -> list[ActionType]:
    """The types of which tasks can be begun, the default first."""
    usable = [each for each in repository.list_types(session) if not each.is_obsolete]
    return sorted(usable, key=lambda each: not each.is_default)


def find_page(session: UnitOfWork, *, after: str | None, limit: int) -> Page[ActionType]:
    """The types, the oldest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, select(ActionType), ActionType.id, after=after, limit=limit, is_newest_first=False)


def outcomes_of(session: UnitOfWork, type_ids: Collection[str]) -> dict[str, list[Outcome]]:
    """The outcomes that tasks of each of these types may have, in the order of their classes; empty lists included."""
    attached = repository.outcome_ids_of(session, type_ids)
    known = outcomes.in_order(repository.list_outcomes(session))
    return {type_id: [each for each in known if each.id in attached.get(type_id, ())] for type_id in type_ids}


def _check(session: UnitOfWork, values: Mapping[str, Any], others: Sequence[ActionType]) -> None:
    if any(each.name == values["name"] for each in others):
        raise invalid_field("name", "name_taken", "Another type has the name already.")
    if values["is_default"] and values["is_obsolete"]:
        raise invalid_field("is_default", "obsolete_default", "An obsolete type cannot be the default.")
    if set(values["outcome_ids"]) - {outcome.id for outcome in repository.list_outcomes(session)}:
        raise invalid_field("outcome_ids", "unknown_outcome", "There is no such outcome.")


def _make_only_default(action_type: ActionType, others: Sequence[ActionType]) -> None:
    if action_type.is_default:
        for each in others:
            each.is_default = False


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the columns hold them, and the outcomes in one order."""
    plain = dict(values)
    if "device_kinds" in plain:
        plain["device_kinds"] = list(plain["device_kinds"])
    if "texts" in plain:
        plain["texts"] = {str(language): text for language, text in plain["texts"].items()}
    if "outcome_ids" in plain:
        plain["outcome_ids"] = sorted(set(plain["outcome_ids"]))
    return plain
