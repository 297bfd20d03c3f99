"""Who comes to the sessions of a day, by activity, with what staff should know: one query for each noun, no more."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cloud.action_types.models import ActionType
from cloud.activities import service as activities
from cloud.activities.models import Activity
from cloud.arrivals import policy
from cloud.billing import instalments
from cloud.bookings.models import Booking
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.repository import SessionFilter
from cloud.contracts import balance
from cloud.contracts import service as contracts
from cloud.contracts.policy import Terms
from cloud.database import UnitOfWork
from cloud.flags import service as flags
from cloud.flags.models import Flag
from cloud.kit.clock import start_of_day
from cloud.members import service as members
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.tasks.models import Task

BOOKINGS_MAX: Final = 600
"""So many bookings of a day are shown at most, those of the earliest sessions."""
TASKS_MAX: Final = 2000

Novelty = Literal["trial", "first"]
"""What is new about somebody: they come to try, or were at no session yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who comes. `is_first`: they were at no session yet. `ends_on`: what they bought ends soon, or has ended.

    `owes` are unpaid sums that are due by currency, in minor units. `lessons_left` None: as many as they like.
    """

    booking: Booking
    member: Member
    is_trial: bool
    is_first: bool
    ends_on: date | None
    lessons_left: int | None
    owes: Mapping[str, int]
    flags: Sequence[Flag]
    tasks: Sequence[tuple[Task, ActionType]]


@dataclass(frozen=True, slots=True)
class SessionArrivals:
    """A session of the day with who comes, in the order in which they booked."""

    held: ClassSession
    arrivals: Sequence[Arrival]


@dataclass(frozen=True, slots=True)
class ActivityArrivals:
    """What comes to one activity, the earliest session first."""

    activity: Activity
    sessions: Sequence[SessionArrivals]

    @property
    def count(self) -> int:
        """How many come."""
        return sum(len(each.arrivals) for each in self.sessions)


@dataclass(slots=True)
class _Known:
    """What the nouns say about everybody of the day."""

    members: Mapping[str, Member]
    terms: dict[str, list[Terms]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    owes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    flags: dict[str, list[Flag]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[str, list[tuple[Task, ActionType]]] = field(default_factory=lambda: defaultdict(list))
    known_ids: frozenset[str] = frozenset()


def who_comes(session: UnitOfWork, site_id: str, day: date) -> list[ActivityArrivals]:
    """The activities of a day at a site by name, with who is booked.

    Raises:
        NotFoundError: there is no such site.
    """
    zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
    since, until = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    held = class_sessions.list_by_time(session, SessionFilter(site_id=site_id, since=since, until=until))
    booked = session.scalars(
        select(Booking)
        .where(Booking.session_id.in_([each.id for each in held]), Booking.cancelled_at.is_(None))
        .order_by(Booking.starts_at, Booking.id)
        .limit(BOOKINGS_MAX)
    ).all()
    known = _learn(session, {booking.member_id for booking in booked}, day)
    coming: dict[str, list[Arrival]] = defaultdict(list)
    for booking in booked:
        coming[booking.session_id].append(_arrival(booking, known, day))
    taught: dict[str, list[SessionArrivals]] = defaultdict(list)
    for each in held:
        taught[each.activity_id].append(SessionArrivals(each, coming[each.id]))
    by_name = sorted(activities.list_all(session), key=lambda activity: activity.name)
    return [ActivityArrivals(activity, taught[activity.id]) for activity in by_name if activity.id in taught]


def newcomers(session: UnitOfWork, booked: Sequence[Booking]) -> dict[str, Novelty]:
    """Who of these comes to try, and whose first session it is, by the id of the booking; all others are left out."""
    member_ids = {booking.member_id for booking in booked}
    kinds: dict[str, set[str]] = defaultdict(set)
    for contract in contracts.list_of_members(session, member_ids):
        kinds[contract.member_id].add(contract.kind)
    states = {member.id: member.state for member in members.list_by_ids(session, member_ids)}
    were_there = _were_there(session, member_ids)
    new: dict[str, Novelty] = {}
    for booking in booked:
        if policy.is_trial(booking.balance_kind, states[booking.member_id], kinds[booking.member_id]):
            new[booking.id] = "trial"
        elif booking.member_id not in were_there:
            new[booking.id] = "first"
    return new


def _arrival(booking: Booking, known: _Known, day: date) -> Arrival:
    member_id = booking.member_id
    terms = known.terms[member_id]
    return Arrival(
        booking=booking,
        member=known.members[member_id],
        is_trial=policy.is_trial(booking.balance_kind, known.members[member_id].state, known.kinds[member_id]),
        is_first=member_id not in known.known_ids,
        ends_on=policy.ending_on(terms, day),
        lessons_left=balance.lessons_left(terms, day),
        owes=dict(known.owes[member_id]),
        flags=known.flags[member_id],
        tasks=known.tasks[member_id],
    )


def _learn(session: UnitOfWork, member_ids: Collection[str], day: date) -> _Known:
    known = _Known({member.id: member for member in members.list_by_ids(session, member_ids)})
    for contract in contracts.list_of_members(session, member_ids):
        known.terms[contract.member_id].append(contracts.terms_of(contract))
        known.kinds[contract.member_id].add(contract.kind)
    for instalment in instalments.list_open(session, member_ids):
        if instalment.due_on <= day:
            owed = known.owes[instalment.member_id]
            owed[instalment.currency] += instalment.amount_minor - instalment.paid_minor
    for flag in flags.list_standing(session, member_ids):
        if flag.ends_at is None or flag.ends_at > session.now:
            known.flags[flag.member_id].append(flag)
    query = select(Task, ActionType).join(ActionType, ActionType.id == Task.action_type_id)
    open_tasks = query.where(Task.member_id.in_(member_ids), Task.closed_at.is_(None)).order_by(Task.id)
    for task, action_type in session.execute(open_tasks.limit(TASKS_MAX)):
        known.tasks[task.member_id].append((task, action_type))
    known.known_ids = _were_there(session, member_ids)
    return known


def _were_there(session: UnitOfWork, member_ids: Collection[str]) -> frozenset[str]:
    """Who of these was at a session already."""
    query = select(Booking.member_id).where(
        Booking.member_id.in_(member_ids), Booking.attended_at.is_not(None), Booking.cancelled_at.is_(None)
    )
    return frozenset(session.scalars(query.distinct()))
