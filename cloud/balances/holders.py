"""Who has what on a day: active fees, balance to use, balance never used, no booking, lessons left. Each is a list.

The rules of `contracts.policy` and `contracts.balance`, as conditions of queries; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_

from cloud.bookings.models import Booking
from cloud.contracts.models import Contract, Freeze
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.members.models import Member
from cloud.sites import service as sites

Figure = Literal["active_fee", "available", "unused", "no_booking"]
FIGURES: Final[tuple[Figure, ...]] = get_args(Figure)


@dataclass(frozen=True, slots=True)
class Question:
    """Which members of a site: those of a figure on a day, with so many lessons left if a number is given.

    `no_booking` is who could use a balance on the day and has no session booked in the period, which ends on the day
    `until` (None: the day itself).
    """

    site_id: str
    figure: Figure
    today: date
    lessons_left: int | None = None
    until: date | None = None


def count(session: UnitOfWork, site_id: str, today: date) -> Mapping[Figure, int]:
    """How many members of a site each figure counts on a day."""
    return {figure: _count(session, Question(site_id, figure, today)) for figure in FIGURES}


def find_page(session: UnitOfWork, question: Question, *, after: str | None, limit: int) -> Page[Member]:
    """The members behind a figure, by name.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: `after` is no cursor of this list.
    """
    sites.get_site(session, question.site_id)
    key = read_cursor(after, str, str)
    query = (
        select(Member).where(*conditions_of(session, question)).order_by(Member.sort_name, Member.id).limit(limit + 1)
    )
    if key is not None:
        query = query.where(tuple_(Member.sort_name, Member.id) > key)
    return cut_page(session.scalars(query).all(), limit, lambda member: (member.sort_name, member.id))


def today_at(session: UnitOfWork, site_id: str) -> date:
    """The day at a site.

    Raises:
        NotFoundError: there is no such site.
    """
    return local_day(session.now, ZoneInfo(sites.get_site(session, site_id).time_zone))


def _count(session: UnitOfWork, question: Question) -> int:
    return session.scalar(select(func.count()).select_from(Member).where(*conditions_of(session, question))) or 0


def conditions_of(session: UnitOfWork, question: Question) -> tuple[ColumnElement[bool], ...]:
    """The question as conditions on members.

    Raises:
        NotFoundError: there is no such site, and its clock counts.
    """
    held = [Contract.member_id == Member.id, Contract.starts_on <= question.today]
    match question.figure:
        case "active_fee":
            held.append(Contract.fee_until >= question.today)
        case "available" | "no_booking":
            held.append(_is_available(question.today))
        case "unused":
            held += [Contract.use_until >= question.today, _is_unused()]
    if question.lessons_left is not None:
        held.append(Contract.visits_total - Contract.visits_used == question.lessons_left)
    wanted = (Member.site_id == question.site_id, exists().where(*held))
    return (*wanted, ~_has_booking(session, question)) if question.figure == "no_booking" else wanted


def _has_booking(session: UnitOfWork, question: Question) -> ColumnElement[bool]:
    """Whether a session that begins within the period is booked and not cancelled."""
    zone = ZoneInfo(sites.get_site(session, question.site_id).time_zone)
    until = question.until or question.today
    first: datetime = start_of_day(question.today, zone)
    behind: datetime = start_of_day(until + timedelta(days=1), zone)
    return exists().where(
        Booking.member_id == Member.id,
        Booking.cancelled_at.is_(None),
        Booking.starts_at >= first,
        Booking.starts_at < behind,
    )


def _is_available(today: date) -> ColumnElement[bool]:
    is_frozen = exists().where(Freeze.contract_id == Contract.id, Freeze.starts_on <= today, Freeze.ends_on >= today)
    has_lesson = or_(Contract.visits_total.is_(None), Contract.visits_used < Contract.visits_total)
    return and_(Contract.use_until >= today, has_lesson, ~is_frozen)


def _is_unused() -> ColumnElement[bool]:
    return and_(Contract.visits_used == 0, Contract.first_used_at.is_(None))
