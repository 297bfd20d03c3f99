"""Enquiry statuses: how far the talk with somebody is, in the club's own words and order."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.tasks.models import EnquiryStatus

STATUSES_MAX: Final = 50
POSITION_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDetails:
    """A status; the lower position comes first."""

    name: str
    position: int = 0
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: StatusDetails) -> EnquiryStatus:
    """Add a status.

    Raises:
        InvalidError: the name is taken.
        ConflictError: there are 50 statuses.
    """
    others = list_all(session)
    if len(others) >= STATUSES_MAX:
        raise ConflictError("too_many", f"There are {STATUSES_MAX} statuses already.")
    _check_name(others, details.name)
    status = EnquiryStatus(id=new_id("enq"), created_at=session.now, **asdict(details))
    session.add(status)
    session.flush()
    audit.record(session, actor, "enquiry_status.create", entity=("enquiry_status", status.id), after=asdict(details))
    return status


def change(session: UnitOfWork, actor: Actor, status_id: str, changes: Mapping[str, Any]) -> EnquiryStatus:
    """Change some of `StatusDetails`' attributes.

    Raises:
        NotFoundError: there is no such status.
        InvalidError: the name is taken.
    """
    status = get(session, status_id)
    told = {name: value for name, value in changes.items() if getattr(status, name) != value}
    if not told:
        return status
    if "name" in told:
        _check_name(list_all(session), told["name"])
    before = {name: getattr(status, name) for name in told}
    for name, value in told.items():
        setattr(status, name, value)
    session.flush()
    entity = ("enquiry_status", status_id)
    audit.record(session, actor, "enquiry_status.change", entity=entity, before=before, after=told)
    return status


def get(session: UnitOfWork, status_id: str) -> EnquiryStatus:
    """One status.

    Raises:
        NotFoundError: there is none with this id.
    """
    status = session.get(EnquiryStatus, status_id)
    if status is None:
        raise not_found("enquiry_status", status_id)
    return status


def list_all(session: UnitOfWork) -> Sequence[EnquiryStatus]:
    """Every status (at most 50) in the club's order, the obsolete ones last."""
    order = (EnquiryStatus.is_obsolete, EnquiryStatus.position, EnquiryStatus.name)
    return session.scalars(select(EnquiryStatus).order_by(*order)).all()


def list_usable(session: UnitOfWork) -> list[EnquiryStatus]:
    """Those that a task can be given."""
    return [status for status in list_all(session) if not status.is_obsolete]


def _check_name(others: Sequence[EnquiryStatus], name: str) -> None:
    if any(each.name == name for each in others):
        raise invalid_field("name", "name_taken", "Another status has the name already.")
