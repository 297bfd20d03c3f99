"""One run of an operation: in small transactions, and safe to be cut off anywhere.

Whoever runs the same operation at the same time waits for its row, and then finds each person dealt with.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from cloud.audit.service import Actor
from cloud.database import Database, UnitOfWork
from cloud.errors import InvalidError, NotFoundError
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.long_work import Lots
from cloud.members.erasures import Erasure, keep_from_erasure
from cloud.members.models import Member
from cloud.saved_searches import finding
from cloud.saved_searches import service as saved_searches
from cloud.saved_searches.finding import Moment
from cloud.scheduled_operations import policy, runs, service
from cloud.scheduled_operations.models import OperationRun, OperationTouch, ScheduledOperation
from cloud.scheduled_operations.policy import PEOPLE_MAX, Fate
from cloud.sites import service as sites
from cloud.tasks import service as tasks
from cloud.tasks.models import Task
from cloud.tasks.repository import ACTING
from cloud.tasks.service import TaskDetails

AT_ONCE: Final = 50
"""People of one transaction."""
WORKER: Final = Actor("system", "scheduled-operations")


def list_due(session: UnitOfWork) -> list[str]:
    """The operations whose time has come today, and whose run of today is not done."""
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    due = [each for each in service.list_active(session) if _is_due(each, session.now, zones[each.site_id])]
    return [each.id for each in due if _is_to_run(session, each, local_day(session.now, zones[each.site_id]))]


def run(database: Database, operation_id: str) -> Lots:
    """Begin the tasks of today that are not begun yet; nothing, if it is not due, or was suspended meanwhile."""
    with database.transaction() as session:
        is_going = _open(session, operation_id)
    while is_going:
        yield
        with database.transaction() as session:
            is_going = _begin_some(session, operation_id)


def fates_of(
    session: UnitOfWork, operation_id: str | None, member_ids: Sequence[str], purpose_id: str
) -> dict[str, Fate]:
    """Who of these members would get no task now, and why."""
    left_out = tasks.find_left_out(session, member_ids, purpose_id)
    fates: dict[str, Fate] = dict.fromkeys(left_out.full_member_ids, "full")
    fates |= dict.fromkeys(left_out.unwilling_member_ids, "unwilling")
    if operation_id is not None:
        query = (
            select(OperationTouch.member_id)
            .join(Task, Task.id == OperationTouch.task_id)
            .where(OperationTouch.operation_id == operation_id, OperationTouch.member_id.in_(member_ids))
            .where(ACTING)
        )
        fates |= dict.fromkeys(session.scalars(query), "still_open")
    return fates


def _is_due(operation: ScheduledOperation, now: datetime, zone: ZoneInfo) -> bool:
    return operation.is_active and policy.is_due(service.schedule_of(operation), operation.armed_at, now, zone)


def _is_to_run(session: UnitOfWork, operation: ScheduledOperation, today: date) -> bool:
    known = runs.find_of_day(session, operation.id, today)
    return known is None or known.done_at is None


def _open(session: UnitOfWork, operation_id: str) -> bool:
    """Note the run of today; whether there is somebody to begin tasks about."""
    operation = _lock_if_due(session, operation_id)
    if operation is None:
        return False
    moment = _moment(session, operation)
    if (known := runs.find_of_day(session, operation_id, moment.today)) is not None:
        return known.done_at is None
    begun = OperationRun(
        id=new_id("sor"),
        operation_id=operation_id,
        day=moment.today,
        outcome="running",
        found=0,
        begun=0,
        skipped=0,
        began_at=session.now,
        done_at=None,
    )
    session.add(begun)
    if not _is_fit(session, operation):
        return _close(session, operation, begun, "unfit")
    begun.found = session.scalar(select(func.count()).select_from(_found(session, operation, moment).subquery())) or 0
    if begun.found > PEOPLE_MAX:
        return _close(session, operation, begun, "too_many")
    session.flush()
    return True


def _begin_some(session: UnitOfWork, operation_id: str) -> bool:
    """Deal with the next people; whether there may be more."""
    operation = _lock_if_due(session, operation_id)
    if operation is None:
        return False
    moment = _moment(session, operation)
    of_day = runs.find_of_day(session, operation_id, moment.today)
    if of_day is None or of_day.done_at is not None:
        return False
    if not _is_fit(session, operation):
        return _close(session, operation, of_day, "unfit")
    dealt_with = select(OperationTouch.member_id).where(
        OperationTouch.operation_id == operation_id, OperationTouch.day == moment.today
    )
    room = min(AT_ONCE, PEOPLE_MAX - of_day.begun - of_day.skipped)
    query = _found(session, operation, moment).where(Member.id.not_in(dealt_with)).order_by(Member.id).limit(room)
    found = session.scalars(query).all()
    if not found:
        return _close(session, operation, of_day, "done")
    erased = keep_from_erasure(session, found)  # since they were found: the next look finds them no more
    member_ids = [each for each in found if each not in erased]
    fates = fates_of(session, operation_id, member_ids, operation.purpose_id)
    task_ids = _begin(session, operation, [each for each in member_ids if each not in fates], moment.today)
    for member_id in member_ids:
        session.add(
            OperationTouch(
                operation_id=operation_id,
                day=moment.today,
                member_id=member_id,
                fate=fates.get(member_id, "begun"),
                task_id=task_ids.get(member_id),
            )
        )
    of_day.begun += len(task_ids)
    of_day.skipped += len(fates)
    session.flush()
    return True


def _begin(
    session: UnitOfWork, operation: ScheduledOperation, member_ids: Sequence[str], today: date
) -> dict[str, str]:
    if not member_ids:
        return {}
    days = operation.days_to_complete
    details = TaskDetails(
        action_type_id=operation.action_type_id,
        text=operation.text,
        operator_id=_operator(session, operation),
        complete_by=None if days is None else today + timedelta(days=days),
        purpose_id=operation.purpose_id,
    )
    begun = tasks.create_many(session, WORKER, member_ids, details).tasks
    return {task.member_id: task.id for task in begun}


def _is_fit(session: UnitOfWork, operation: ScheduledOperation) -> bool:
    """Whether neither the type nor the purpose of the tasks is obsolete."""
    try:
        tasks.check_details(session, {name: getattr(operation, name) for name in ("action_type_id", "purpose_id")})
    except InvalidError:
        return False
    return True


def _operator(session: UnitOfWork, operation: ScheduledOperation) -> str | None:
    """Who is in charge; nobody, if they work here no more."""
    try:
        tasks.check_details(session, {"operator_id": operation.operator_id})
    except InvalidError:
        return None
    return operation.operator_id


def _found(session: UnitOfWork, operation: ScheduledOperation, moment: Moment) -> Select[str]:
    criteria = saved_searches.criteria_of(saved_searches.get(session, operation.search_id))
    return select(Member.id).where(
        *finding.matches(session, criteria, moment),
        Member.site_id == operation.site_id,
        Member.id.not_in(select(Erasure.member_id)),
    )


def _close(session: UnitOfWork, operation: ScheduledOperation, of_day: OperationRun, outcome: policy.Outcome) -> bool:
    of_day.outcome, of_day.done_at = outcome, session.now
    if operation.is_single:
        operation.is_active = False
    session.flush()
    return False


def _lock_if_due(session: UnitOfWork, operation_id: str) -> ScheduledOperation | None:
    try:
        operation = service.lock(session, operation_id)
    except NotFoundError:
        return None
    zone = ZoneInfo(sites.get_site(session, operation.site_id).time_zone)
    return operation if _is_due(operation, session.now, zone) else None


def _moment(session: UnitOfWork, operation: ScheduledOperation) -> Moment:
    return Moment.at(session.now, sites.get_site(session, operation.site_id).time_zone)
