"""The objections that a club knows: added, changed and found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.objections.models import Objection

OBJECTIONS_MAX: Final = 50
NAME_CHARACTERS_MAX: Final = 80
ANSWER_CHARACTERS_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDetails:
    """What people say, and what may be answered."""

    name: str
    answer: str = ""
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: ObjectionDetails) -> Objection:
    """Add an objection.

    Raises:
        InvalidError: the name is taken.
        ConflictError: there are 50 objections.
    """
    others = list_all(session)
    if len(others) >= OBJECTIONS_MAX:
        raise ConflictError("too_many", f"There are {OBJECTIONS_MAX} objections already.")
    _check_name(others, details.name)
    objection = Objection(id=new_id("obj"), created_at=session.now, **asdict(details))
    session.add(objection)
    session.flush()
    audit.record(session, actor, "objection.create", entity=("objection", objection.id), after=asdict(details))
    return objection


def change(session: UnitOfWork, actor: Actor, objection_id: str, changes: Mapping[str, Any]) -> Objection:
    """Change some of `ObjectionDetails`' attributes.

    Raises:
        NotFoundError: there is no such objection.
        InvalidError: the name is taken.
    """
    objection = get(session, objection_id)
    told = {name: value for name, value in changes.items() if getattr(objection, name) != value}
    if not told:
        return objection
    if "name" in told:
        _check_name(list_all(session), told["name"])
    before = {name: getattr(objection, name) for name in told}
    for name, value in told.items():
        setattr(objection, name, value)
    session.flush()
    audit.record(session, actor, "objection.change", entity=("objection", objection_id), before=before, after=told)
    return objection


def get(session: UnitOfWork, objection_id: str) -> Objection:
    """One objection.

    Raises:
        NotFoundError: there is none with this id.
    """
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise not_found("objection", objection_id)
    return objection


def list_all(session: UnitOfWork) -> Sequence[Objection]:
    """Every objection (at most 50) by name, the obsolete ones last."""
    return session.scalars(select(Objection).order_by(Objection.is_obsolete, Objection.name)).all()


def _check_name(others: Sequence[Objection], name: str) -> None:
    if any(each.name == name for each in others):
        raise invalid_field("name", "name_taken", "Another objection has the name already.")
