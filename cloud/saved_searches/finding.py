"""Whom criteria find, now: conditions of one query on members."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from cloud.balances import holders
from cloud.balances.holders import Question
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.members import policy as members_policy
from cloud.members.filters import MemberFilter, conditions_of
from cloud.members.models import Member
from cloud.saved_searches import criteria as dated
from cloud.saved_searches.absence import is_absent
from cloud.saved_searches.criteria import HolderCriteria, MemberCriteria, TaskCriteria
from cloud.sites import service as sites
from cloud.tasks import repository as tasks
from cloud.tasks.repository import TaskFilter

AnyCriteria = MemberCriteria | HolderCriteria | TaskCriteria
_OF_MEMBERS: Final = frozenset(each.name for each in fields(MemberFilter)) & set(MemberCriteria.model_fields)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is looked: the day by the clock of a club, and that clock."""

    today: date
    zone: ZoneInfo

    @classmethod
    def at(cls, now: datetime, time_zone: str) -> "Moment":
        """The day in a zone."""
        zone = ZoneInfo(time_zone)
        return cls(local_day(now, zone), zone)

    @classmethod
    def of_club(cls, session: UnitOfWork) -> "Moment":
        """Now, by the clock of the first club."""
        return cls.at(session.now, sites.zone_of_days(session).key)


def find_page(
    session: UnitOfWork,
    criteria: AnyCriteria,
    moment: Moment,
    *,
    after: str | None,
    limit: int,
) -> Page[Member]:
    """The members whom the criteria find, each once, in the order in which they were added.

    Raises:
        InvalidError: `after` is no cursor of this list.
        NotFoundError: the club that it asks about is no more.
    """
    query = select(Member).where(*matches(session, criteria, moment))
    return page_by_id(session, query, Member.id, after=after, limit=limit, is_newest_first=False)


def count(session: UnitOfWork, criteria: AnyCriteria, moment: Moment) -> int:
    """How many members the criteria find.

    Raises:
        NotFoundError: the club that it asks about is no more.
    """
    query = select(func.count()).select_from(Member).where(*matches(session, criteria, moment))
    return session.scalar(query) or 0


def matches(session: UnitOfWork, criteria: AnyCriteria, moment: Moment) -> list[ColumnElement[bool]]:
    """The criteria, on their days, as conditions on members.

    Raises:
        NotFoundError: the club that it asks about is no more.
    """
    wanted = dated.on(criteria, moment.today)
    match wanted:
        case MemberCriteria():
            return _of_members(wanted, moment)
        case HolderCriteria():
            question = Question(wanted.site_id, wanted.figure, moment.today, wanted.lessons_left)
            return list(holders.conditions_of(session, question))
        case TaskCriteria():
            return [Member.id.in_(tasks.members_of(_task_filter(wanted, moment.zone)))]


def _of_members(wanted: MemberCriteria, moment: Moment) -> list[ColumnElement[bool]]:
    found = conditions_of(MemberFilter(**{name: getattr(wanted, name) for name in _OF_MEMBERS}))
    needles = members_policy.search_needles(wanted.query)
    found += [Member.search_text.contains(needle, autoescape=True) for needle in needles]
    if wanted.absent_days is not None or wanted.absent_days_max is not None:
        found.append(is_absent(wanted.absent_days or 1, wanted.absent_days_max, moment.today, moment.zone))
    return found


def _task_filter(wanted: TaskCriteria, zone: ZoneInfo) -> TaskFilter:
    first, last = wanted.closed_from, wanted.closed_to
    assert not isinstance(first, int), "the days are those of today"
    assert not isinstance(last, int), "the days are those of today"
    return TaskFilter(
        search=wanted.search,
        state=wanted.state,
        operator_id=wanted.operator_id,
        action_type_id=wanted.action_type_id,
        outcome_id=wanted.outcome_id,
        closed_from=start_of_day(first, zone) if first else None,
        closed_before=start_of_day(last + timedelta(days=1), zone) if last else None,
    )
