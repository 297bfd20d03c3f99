"""Who stands in which stage of the funnels. Nothing is stored: a stage follows from what is known of the person.

| Attraction: leads | stage |
|---|---|
| the newest open task has an enquiry status | that status |
| otherwise | none yet |

| Return: of those with a contract that was theirs within 90 days | stage |
|---|---|
| every contract is over | did_not_renew |
| one runs, and they neither came nor booked for 30, 14, 7 days | absent_30, absent_14, absent_7 |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from cloud.card_rules.models import LastActivity
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.members.models import Member
from cloud.tasks.models import Task

ReturnStage = Literal["did_not_renew", "absent_7", "absent_14", "absent_30"]
RETURN_STAGES: Final[tuple[ReturnStage, ...]] = ("did_not_renew", "absent_7", "absent_14", "absent_30")
PEOPLE_MAX: Final = 500
"""People of one query: those who left or stayed away last come first."""
LOST_FOR: Final = timedelta(days=90)
_ABSENCES: Final[tuple[tuple[int, ReturnStage], ...]] = ((30, "absent_30"), (14, "absent_14"), (7, "absent_7"))


@dataclass(frozen=True, slots=True)
class Scope:
    """The people of one site on a day, with so many lessons left in a contract if a number is given."""

    site_id: str
    today: date
    zone: ZoneInfo
    lessons_left: int | None = None


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person in a stage, with the contract that it is about and the task to work with, where there is one."""

    member: Member
    contract: Contract | None = None
    task: Task | None = None

    @property
    def order(self) -> int:
        """Their place within a stage of Attraction, ascending: the newest first."""
        return -int(self.member.created_at.timestamp() * 1000)

    @property
    def lessons_left(self) -> int | None:
        """Of the contract; None: as many as they like, or there is none."""
        if self.contract is None or self.contract.visits_total is None:
            return None
        return max(0, self.contract.visits_total - self.contract.visits_used)


def absence_stage(days: int) -> ReturnStage | None:
    """The stage of somebody who was active last so many days ago."""
    return next((stage for least, stage in _ABSENCES if days >= least), None)


def find_return(session: UnitOfWork, scope: Scope) -> dict[ReturnStage, list[Somebody]]:
    """The funnel Return."""
    found: dict[ReturnStage, list[Somebody]] = {stage: [] for stage in RETURN_STAGES}
    found["did_not_renew"] = _find_lost(session, scope)
    before = start_of_day(scope.today - timedelta(days=6), scope.zone)
    query = (
        select(Member, Contract, LastActivity.active_at)
        .join(Contract, Contract.member_id == Member.id)
        .join(LastActivity, LastActivity.member_id == Member.id)
        .where(Member.site_id == scope.site_id, LastActivity.active_at < before, *_lessons(scope))
        .where(Contract.starts_on <= scope.today, Contract.use_until >= scope.today)
        .order_by(LastActivity.active_at.desc(), Contract.ends_on.desc())
        .limit(PEOPLE_MAX)
    )
    seen: set[str] = set()
    for member, contract, active_at in session.execute(query):
        stage = absence_stage((scope.today - local_day(active_at, scope.zone)).days)
        if stage is not None and member.id not in seen:
            seen.add(member.id)
            found[stage].append(Somebody(member, contract))
    return found


def find_attraction(session: UnitOfWork, scope: Scope, member_id: str | None = None) -> dict[str, list[Somebody]]:
    """The funnel Attraction: leads by enquiry status, or one of them; the empty one is none yet."""
    query = (
        select(Member, Task)
        .outerjoin(Task, (Task.member_id == Member.id) & Task.closed_at.is_(None))
        .where(Member.site_id == scope.site_id, Member.state == "lead")
        .order_by(Member.created_at.desc(), Member.id.desc(), Task.id.desc())
        .limit(PEOPLE_MAX)
    )
    if scope.lessons_left is not None:
        query = query.where(exists().where(Contract.member_id == Member.id, *_lessons(scope)))
    if member_id is not None:
        query = query.where(Member.id == member_id)
    found: dict[str, list[Somebody]] = {}
    seen: set[str] = set()
    for member, found_task in session.execute(query):
        task: Task | None = found_task
        if member.id not in seen:
            seen.add(member.id)
            status_id = (task.enquiry_status_id if task is not None else None) or ""
            found.setdefault(status_id, []).append(Somebody(member, task=task))
    return found


def _find_lost(session: UnitOfWork, scope: Scope) -> list[Somebody]:
    running = aliased(Contract)
    query = (
        select(Member, Contract)
        .join(Contract, Contract.member_id == Member.id)
        .where(Member.site_id == scope.site_id, *_lessons(scope))
        .where(Contract.use_until < scope.today, Contract.use_until >= scope.today - LOST_FOR)
        .where(~exists().where(running.member_id == Member.id, running.use_until >= scope.today))
        .order_by(Contract.use_until.desc(), Contract.id.desc())
        .limit(PEOPLE_MAX)
    )
    return _once((member, contract) for member, contract in session.execute(query))


def _once(pairs: Iterable[tuple[Member, Contract]]) -> list[Somebody]:
    latest: dict[str, Somebody] = {}
    for member, contract in pairs:
        latest.setdefault(member.id, Somebody(member, contract))
    return list(latest.values())


def _lessons(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    if scope.lessons_left is None:
        return ()
    return (Contract.visits_total - Contract.visits_used == scope.lessons_left,)
