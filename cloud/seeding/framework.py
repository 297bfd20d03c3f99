"""What a club has before it has members: sites with lanes, staff, plans, rooms and activities; through the services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.service import ActionTypeDetails
from cloud.activities import service as activities
from cloud.activities.service import ActivityDetails
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.labels import service as labels
from cloud.plans import service as plans
from cloud.plans.models import Plan
from cloud.plans.service import PlanDetails
from cloud.rooms import service as rooms
from cloud.rooms.service import RoomDetails
from cloud.seeding.batches import seeded_id
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails

OWNER_EMAIL: Final = "owner@club.example"
_PLACES: Final = ("Roma", "Milano", "Torino", "Bologna", "Napoli")
SITES_MAX: Final = len(_PLACES)
_PEOPLE: Final = (
    ("owner", "Carlo Conti", "it", "owner"),
    ("manager", "Elena Gallo", "it", "manager"),
    ("desk1", "Anna Rossi", "it", "receptionist"),
    ("desk2", "Ольга Петрова", "ru", "receptionist"),
    ("sales", "Paul Smith", "en", "sales"),
    ("trainer1", "Marco Bianchi", "it", "trainer"),
    ("trainer2", "Ирина Соколова", "ru", "trainer"),
    ("trainer3", "Luca Ferri", "it", "trainer"),
)
_PLANS: Final = (
    PlanDetails(
        name="Year",
        kind="fixed_term",
        price_minor=48_000,
        length=12,
        grace_days=7,
        instalments_count=3,
        prepayment_minor=12_000,
    ),
    PlanDetails(name="Month by month", kind="recurring", price_minor=5_500, length=1),
    PlanDetails(name="Ten visits", kind="visit_pack", price_minor=9_000, length=6, visits_total=10),
)
_ACTIVITIES: Final = ("Pilates", "Yoga", "Spinning", "CrossFit", "Zumba", "Стретчинг")


@dataclass(frozen=True, slots=True)
class Place:
    """A site, and what of it others refer to; `lanes` are pairs of a lane and its gateway, `plans` in one order."""

    site_id: str
    zone: ZoneInfo
    facility_code: int
    lanes: tuple[tuple[str, str], ...]
    plans: tuple[Plan, ...]
    room_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """The club without members."""

    owner: Actor
    places: tuple[Place, ...]
    desk_ids: tuple[str, ...]
    trainer_ids: tuple[str, ...]
    activities: tuple[tuple[str, str], ...]
    task_type_ids: tuple[str, ...]
    outcome_id: str
    source_ids: tuple[str, ...]


def found(session: UnitOfWork, *, sites_count: int, secret: bytes, password: str) -> Framework:
    """Write all of it; everybody of the staff signs in with this password."""
    system = Actor("system", "seed")
    people: dict[str, str] = {}
    for name, full_name, locale, role in _PEOPLE:
        details = StaffDetails(email=f"{name}@club.example", name=full_name, role=role, locale=locale)
        people[name] = staff.create_staff(session, system, details, password=password).id
    owner = Actor("staff", people["owner"])
    names = [ActivityDetails(name=name) for name in _ACTIVITIES]
    done = outcomes.create(session, owner, OutcomeDetails(name="They go on", state_class="closed_positive"))
    sources = labels.find_or_create(session, owner, "source", ["Friends", "Instagram", "Passing by", "Яндекс"])
    return Framework(
        owner=owner,
        places=tuple(_found_place(session, owner, number, secret) for number in range(sites_count)),
        desk_ids=tuple(people[name] for name in ("desk1", "desk2", "sales")),
        trainer_ids=tuple(people[name] for name in ("trainer1", "trainer2", "trainer3")),
        activities=tuple((activities.create(session, owner, each).id, each.name) for each in names),
        task_type_ids=_task_types(session, owner, done.id),
        outcome_id=done.id,
        source_ids=tuple(label.id for label in sources),
    )


def _found_place(session: UnitOfWork, owner: Actor, number: int, secret: bytes) -> Place:
    rules = SiteRules(f"Club {_PLACES[number]}", "Europe/Rome", "it", facility_code=number + 1)
    site = sites.create_site(session, owner, rules, secret)
    lanes: list[tuple[str, str]] = []
    for name in ("Lane 1", "Lane 2"):
        lane = sites.create_lane(session, owner, site.id, name)
        gateway = sites.add_gateway(session, lane, seeded_id("gwy", 2 * number + len(lanes)), f"seed-{number}")
        lanes.append((lane.id, gateway.id))
    return Place(
        site_id=site.id,
        zone=ZoneInfo(site.time_zone),
        facility_code=site.facility_code,
        lanes=tuple(lanes),
        plans=tuple(plans.create(session, owner, site.id, each) for each in _PLANS),
        room_ids=tuple(
            rooms.create(session, owner, site.id, RoomDetails(name=name, seats=20)).id
            for name in ("Studio 1", "Studio 2")
        ),
    )


def _task_types(session: UnitOfWork, owner: Actor, outcome_id: str) -> tuple[str, ...]:
    texts: Mapping[str, str] = {"en": "Please see the desk", "it": "Passa alla reception", "ru": "Подойдите на ресепшн"}
    wanted = (
        ActionTypeDetails(name="Call about the renewal", outcome_ids=[outcome_id]),
        ActionTypeDetails(
            name="Something is at the desk",
            colour="green",
            action_at_access="message",
            texts=texts,  # type: ignore[arg-type]
            outcome_ids=[outcome_id],
        ),
    )
    return tuple(action_types.create(session, owner, each).id for each in wanted)
