"""What the staff of the demo's club have set up and begun: plans, classes, and the cards on their boards.

Nothing here says or stops anything at the gate: that is the visitor's to try.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.service import ActionTypeDetails
from cloud.activities import service as activities
from cloud.activities.service import ActivityDetails
from cloud.audit.service import Actor
from cloud.bookings import service as bookings
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.policy import Pattern
from cloud.class_sessions.service import SessionDetails
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.plans import service as plans
from cloud.plans.service import PlanDetails
from cloud.rooms import service as rooms
from cloud.rooms.service import RoomDetails
from cloud.sites.models import Site
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from cloud.tasks import enquiry_statuses
from cloud.tasks import service as tasks
from cloud.tasks.enquiry_statuses import StatusDetails
from cloud.tasks.service import TaskDetails
from provisioning.demo.club import Situation
from provisioning.demo.layout import COLLEAGUES

_PLANS: Final = (
    PlanDetails(name="Annual", kind="fixed_term", price_minor=48_000, length=12, grace_days=7, instalments_count=3),
    PlanDetails(name="Half-year", kind="fixed_term", price_minor=28_000, length=6, grace_days=7),
    PlanDetails(name="Quarter", kind="fixed_term", price_minor=16_000, length=3),
    PlanDetails(name="Month by month", kind="recurring", price_minor=5_500, length=1),
    PlanDetails(name="Ten visits", kind="visit_pack", price_minor=9_000, length=6, visits_total=10),
)
_BLOCKING_TEXTS: Final = {
    "en": "{first_name}, please see the desk",
    "it": "{first_name}, passa alla reception",
    "ru": "{first_name}, подойдите на ресепшн",
}
_STEPS: Final = (None, -1, 0, 0, 1, 1, 3, 20)
"""In how many days each renewal is to be talked about: one or two cards for each column of the board."""
_LEADS: Final = (("Nadia", "Serra", "it"), ("Tom", "Baker", "en"), ("Вера", "Орлова", "ru"))
_CLASSES: Final = (
    (ActivityDetails(name="Pilates", colour="green"), time(10), {0, 2, 4}),
    (ActivityDetails(name="Yoga", colour="purple"), time(18, 30), {0, 1, 3, 5}),
)
_AHEAD: Final = timedelta(days=13)
_TAKE_PART: Final = 5


@dataclass(frozen=True)
class _Desk:
    """Who does it all at which club, and what day it is there."""

    session: UnitOfWork
    actor: Actor
    site: Site
    today: date


def set_up(session: UnitOfWork, actor: Actor, site: Site, people: Mapping[Situation, Sequence[str]]) -> None:
    """Write all of it; `people` has the ids of the members by their situation."""
    desk = _Desk(session, actor, site, local_day(session.now, ZoneInfo(site.time_zone)))
    for details in _PLANS:
        plans.create(session, actor, site.id, details)
    _plan_classes(desk, people["good"])
    _begin_tasks(desk, people["ending"])


def hire(session: UnitOfWork, actor: Actor, password: str) -> None:
    """The colleagues, one of each kind; all sign in with this password."""
    for email, (name, role) in COLLEAGUES.items():
        staff.create_staff(session, actor, StaffDetails(email=email, name=name, role=role), password=password)


def _plan_classes(desk: _Desk, member_ids: Sequence[str]) -> None:
    room = rooms.create(desk.session, desk.actor, desk.site.id, RoomDetails(name="Studio", seats=8))
    trainer_id = _staff_id(desk.session, "trainer")
    for wanted, starts, weekdays in _CLASSES:
        activity = activities.create(desk.session, desk.actor, wanted)
        pattern = Pattern(
            first_on=desk.today + timedelta(days=1),
            last_on=desk.today + _AHEAD,
            weekdays=weekdays,
            starts=starts,
            minutes=60,
        )
        details = SessionDetails(activity_id=activity.id, room_id=room.id, trainer_id=trainer_id)
        first, *_ = class_sessions.plan(desk.session, desk.actor, desk.site.id, details, pattern)
        for member_id in member_ids[:_TAKE_PART]:
            bookings.book(desk.session, desk.actor, member_id, BookingDetails(session_id=first.id))


def _begin_tasks(desk: _Desk, ending_ids: Sequence[str]) -> None:
    session, actor = desk.session, desk.actor
    ends = [
        outcomes.create(session, actor, OutcomeDetails(name="They go on", state_class="closed_positive")).id,
        outcomes.create(session, actor, OutcomeDetails(name="No, thank you", state_class="closed_negative")).id,
        outcomes.create(session, actor, OutcomeDetails(name="Call again", state_class="in_progress")).id,
    ]
    call = ActionTypeDetails(name="Call about the renewal", is_default=True, outcome_ids=ends)
    stop = ActionTypeDetails(
        name="To the desk first",
        colour="red",
        action_at_access="message_and_block",
        texts=_BLOCKING_TEXTS,  # type: ignore[arg-type]
        outcome_ids=ends,
    )
    trial = ActionTypeDetails(name="Invite to a trial", colour="green", outcome_ids=ends)
    call_id, trial_id, _ = (action_types.create(session, actor, each).id for each in (call, trial, stop))
    tried = enquiry_statuses.create(session, actor, StatusDetails(name="Not reached"))
    seller_id = _staff_id(session, "sales")
    for member_id, days in zip(ending_ids, _STEPS, strict=False):
        wanted = TaskDetails(
            action_type_id=call_id,
            text="Ask whether they go on, and offer the year",
            operator_id=seller_id,
            next_step="call",
            next_step_at=None if days is None else _at_noon(desk, days),
        )
        tasks.create(session, actor, member_id, wanted)
    for first_name, last_name, locale in _LEADS:
        details = MemberDetails(
            site_id=desk.site.id, first_name=first_name, last_name=last_name, locale=locale, state="lead"
        )
        lead_id = members.create(session, actor, details).id
        wanted = TaskDetails(action_type_id=trial_id, text="Has asked for a trial", enquiry_status_id=tried.id)
        tasks.create(session, actor, lead_id, wanted)


def _at_noon(desk: _Desk, days: int) -> datetime:
    return datetime.combine(desk.today + timedelta(days=days), time(12), ZoneInfo(desk.site.time_zone))


def _staff_id(session: UnitOfWork, role: str) -> str:
    email = next(email for email, (_, its_role) in COLLEAGUES.items() if its_role == role)
    return next(person.id for person in staff.list_active(session) if person.email == email)
