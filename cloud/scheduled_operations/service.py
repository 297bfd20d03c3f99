"""Plan operations, change, suspend and resume them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.saved_searches.models import SavedSearch
from cloud.scheduled_operations import policy
from cloud.scheduled_operations.models import OperationRun, OperationTouch, ScheduledOperation
from cloud.scheduled_operations.policy import Schedule, State
from cloud.sites import service as sites
from cloud.tasks import service as tasks

OF_SITE_MAX: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDetails:
    """What an operation does, for whom and when; the attributes are those of `models.ScheduledOperation`."""

    name: str
    search_id: str
    action_type_id: str
    purpose_id: str
    starts_on: date
    minute_of_day: int
    operator_id: str | None = None
    text: str = ""
    days_to_complete: int | None = 0
    is_single: bool = False
    weekdays: Sequence[int] = policy.WEEK
    ends_on: date | None = None
    is_active: bool = True


_DETAILS: Final = tuple(OperationDetails.__dataclass_fields__)


def create(session: UnitOfWork, actor: Actor, site_id: str, details: OperationDetails) -> ScheduledOperation:
    """Plan an operation of a club; a time of today that has passed is not made up for.

    Raises:
        NotFoundError: there is no such club.
        InvalidError: search, type, operator or purpose cannot be used, or it could never run.
        ConflictError: the club has 50 operations already.
    """
    sites.get_site(session, site_id)
    count = select(func.count()).where(ScheduledOperation.site_id == site_id)
    if (session.scalar(count) or 0) >= OF_SITE_MAX:
        raise ConflictError("too_many", f"The club has {OF_SITE_MAX} operations already.")
    now = session.now
    operation = ScheduledOperation(
        id=new_id("sop"), site_id=site_id, armed_at=now, created_at=now, changed_at=now, **_values(details)
    )
    check(session, site_id, details)
    session.add(operation)
    session.flush()
    audit.record(session, actor, "scheduled_operation.create", entity=_entity(operation.id), after=_told(operation))
    return operation


def change(session: UnitOfWork, actor: Actor, operation_id: str, changes: Mapping[str, Any]) -> ScheduledOperation:
    """Change some of `OperationDetails`' attributes; `is_active` suspends and resumes it.

    Raises:
        NotFoundError: there is no such operation.
        InvalidError: search, type, operator or purpose cannot be used, or it could never run.
    """
    operation = lock(session, operation_id)
    before, was_due_at = _told(operation), schedule_of(operation)
    after = replace(details_of(operation), **dict(changes))
    if set(changes) != {"is_active"} or after.is_active:
        check(session, operation.site_id, after)
    was_active = operation.is_active
    for name, value in _values(after).items():
        setattr(operation, name, value)
    if before == _told(operation):
        return operation
    if (after.is_active and not was_active) or was_due_at != schedule_of(operation):
        operation.armed_at = session.now
    operation.changed_at = session.now
    if was_active and not after.is_active:
        _cut_off(session, operation)
    session.flush()
    audit.record(
        session,
        actor,
        "scheduled_operation.change",
        entity=_entity(operation_id),
        before=before,
        after=_told(operation),
    )
    return operation


def remove(session: UnitOfWork, actor: Actor, operation_id: str) -> None:
    """Forget an operation and its history; the tasks that it began stay.

    Raises:
        NotFoundError: there is no such operation.
    """
    operation = lock(session, operation_id)
    for table in (OperationTouch, OperationRun):
        session.execute(delete(table).where(table.operation_id == operation_id))
    told = _told(operation)
    session.delete(operation)
    session.flush()
    audit.record(session, actor, "scheduled_operation.delete", entity=_entity(operation_id), before=told)


def get(session: UnitOfWork, operation_id: str) -> ScheduledOperation:
    """An operation.

    Raises:
        NotFoundError: there is none with this id.
    """
    operation = session.get(ScheduledOperation, operation_id)
    if operation is None:
        raise not_found("scheduled_operation", operation_id)
    return operation


def lock(session: UnitOfWork, operation_id: str) -> ScheduledOperation:
    """An operation, kept from everybody else until the transaction ends.

    Raises:
        NotFoundError: there is none with this id.
    """
    query = select(ScheduledOperation).where(ScheduledOperation.id == operation_id).with_for_update()
    operation = session.scalar(query.execution_options(populate_existing=True))
    if operation is None:
        raise not_found("scheduled_operation", operation_id)
    return operation


def find_page(session: UnitOfWork, *, after: str | None, limit: int) -> Page[ScheduledOperation]:
    """The operations, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, select(ScheduledOperation), ScheduledOperation.id, after=after, limit=limit)


def list_active(session: UnitOfWork) -> Sequence[ScheduledOperation]:
    """What is not suspended, the oldest first: 50 a club at most."""
    query = select(ScheduledOperation).where(ScheduledOperation.is_active)
    return session.scalars(query.order_by(ScheduledOperation.id)).all()


def details_of(operation: ScheduledOperation) -> OperationDetails:
    """What it does, for whom and when."""
    return OperationDetails(**{name: getattr(operation, name) for name in _DETAILS})


def schedule_of(operation: ScheduledOperation) -> Schedule:
    """When it runs."""
    return Schedule(**{name: getattr(operation, name) for name in Schedule.__dataclass_fields__})


def state_of(session: UnitOfWork, operation: ScheduledOperation, zone: ZoneInfo) -> State:
    """Whether it is to run again."""
    if policy.is_over(schedule_of(operation), session.now, zone):
        return "over"
    return "active" if operation.is_active else "suspended"


def check(session: UnitOfWork, site_id: str, details: OperationDetails) -> None:
    """Raise InvalidError for the first attribute that leads nowhere."""
    search = session.get(SavedSearch, details.search_id)
    if search is None or not search.is_schedulable:
        raise invalid_field("search_id", "search_not_schedulable", "Choose a search that may be scheduled.")
    names = ("action_type_id", "operator_id", "purpose_id")
    tasks.check_details(session, {name: getattr(details, name) for name in names})
    if not details.is_single and not details.weekdays:
        raise invalid_field("weekdays", "weekdays_missing", "Choose a day of the week at least.")
    schedule = Schedule(**{name: getattr(details, name) for name in Schedule.__dataclass_fields__})
    zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
    if details.is_active and policy.next_at(schedule, session.now, zone) is None:
        field = "starts_on" if details.is_single else "ends_on"
        raise invalid_field(field, "never_runs", "At this time, on these days, it would never run.")


def _cut_off(session: UnitOfWork, operation: ScheduledOperation) -> None:
    """A run that is on its way ends here."""
    query = select(OperationRun).where(OperationRun.operation_id == operation.id, OperationRun.done_at.is_(None))
    for run in session.scalars(query):
        run.outcome, run.done_at = "suspended", session.now


def _values(details: OperationDetails) -> dict[str, Any]:
    values = {name: getattr(details, name) for name in _DETAILS}
    values["weekdays"] = list(policy.WEEK) if details.is_single else sorted(set(details.weekdays))
    if details.is_single:
        values["ends_on"] = None
    return values


def _told(operation: ScheduledOperation) -> dict[str, Any]:
    return audit.plain({name: getattr(operation, name) for name in ("site_id", *_DETAILS)})


def _entity(operation_id: str) -> tuple[str, str]:
    return ("scheduled_operation", operation_id)
