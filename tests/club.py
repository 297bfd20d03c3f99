"""A small club in a database, made through the services: a site with lanes, gateways, staff and members."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cloud import bus
from cloud.activities import service as activities
from cloud.activities.service import ActivityDetails
from cloud.audit.service import Actor
from cloud.billing.instalments import InstalmentDetails
from cloud.bookings import service as bookings
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.policy import Pattern
from cloud.class_sessions.service import SessionDetails
from cloud.contracts import service as contracts
from cloud.contracts.service import ContractDetails
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import Database, UnitOfWork
from cloud.flags import service as flags
from cloud.flags.service import FlagDetails
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.rooms import service as rooms
from cloud.rooms.service import RoomDetails
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from cloud.sites.policy import SiteRules
from cloud.staff.models import Staff
from tests.tables import create_tables

SECRET = bytes(range(32))


@dataclass(frozen=True)
class Club:
    """Ids of what there is; `actor` is a member of staff."""

    database: Database
    site_id: str
    actor: Actor

    @classmethod
    def found(cls, database: Database, *, time_zone: str = "Europe/Rome") -> "Club":
        with database.transaction() as session:
            staff_id = new_id("stf")
            session.add(
                Staff(
                    id=staff_id,
                    email="anna@club.example",
                    name="Anna",
                    password_hash="none",
                    locale="it",
                    role="administrator",
                    is_active=True,
                    created_at=session.now,
                )
            )
            session.flush()
            actor = Actor("staff", staff_id)
            site = sites.create_site(session, actor, SiteRules("Club", time_zone, "it"), SECRET)
        return cls(database, site.id, actor)

    def add_lane(self, name: str = "Lane 1") -> str:
        with self.database.transaction() as session:
            return sites.create_lane(session, self.actor, self.site_id, name).id

    def add_gateway(self, lane_id: str) -> str:
        with self.database.transaction() as session:
            return sites.add_gateway(session, sites.get_lane(session, lane_id), new_id("gwy"), "1").id

    def add_member(self, session: UnitOfWork, first_name: str = "Мария", *, card: int | None = None) -> str:
        member = members.create(session, self.actor, MemberDetails(site_id=self.site_id, first_name=first_name))
        if card is not None:
            credentials.issue(session, self.actor, member.id, CardSpec(card_number=card))
        return member.id

    def add_contract(self, session: UnitOfWork, member_id: str, *, due_on: date | None = None, **terms: object) -> str:
        if due_on is not None:
            terms["instalments"] = (InstalmentDetails(amount_minor=4900, currency="EUR", due_on=due_on),)
        details = {"plan_name": "Year", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), **terms}
        return contracts.create(session, self.actor, member_id, ContractDetails(**details)).id  # type: ignore[arg-type]

    def plan(
        self,
        session: UnitOfWork,
        starts_at: datetime,
        *,
        title: str = "Pilates",
        seats: int = 10,
        zone_id: str | None = None,
        trainer_id: str | None = None,
    ) -> str:
        """A session of an hour; with a zone it is in a room of its own there."""
        known = {each.name: each.id for each in activities.list_all(session)}
        activity_id = known.get(title) or activities.create(session, self.actor, ActivityDetails(name=title)).id
        room_id = None
        if zone_id is not None:
            details = RoomDetails(name=new_id("rom"), zone_id=zone_id)
            room_id = rooms.create(session, self.actor, self.site_id, details).id
        local = starts_at.astimezone(ZoneInfo(sites.get_site(session, self.site_id).time_zone))
        pattern = Pattern(first_on=local.date(), last_on=local.date(), starts=local.time(), minutes=60)
        wanted = SessionDetails(activity_id=activity_id, room_id=room_id, trainer_id=trainer_id, seats=seats)
        (planned,) = class_sessions.plan(session, self.actor, self.site_id, wanted, pattern)
        return planned.id

    def book(self, session: UnitOfWork, member_id: str, starts_at: datetime, **planned: Any) -> str:
        """A session as for `plan`, booked for a member; the id of the booking."""
        session_id = self.plan(session, starts_at, **planned)
        return bookings.book(session, self.actor, member_id, BookingDetails(session_id=session_id)).id

    def block(self, session: UnitOfWork, member_id: str, text: str = "Fermo") -> str:
        details = FlagDetails(effect="block", texts={"it": text})
        return flags.raise_flag(session, self.actor, member_id, details).id

    def clear(self, session: UnitOfWork, flag_id: str) -> None:
        flags.clear_flag(session, self.actor, flag_id)


@contextmanager
def sqlite_club(path: Path | None = None) -> Iterator[Club]:
    """A club in SQLite: in memory, for one thread, or in a file."""
    database = Database(f"sqlite:///{path}" if path else "sqlite://", dispatch=bus.dispatch)
    create_tables(database)
    try:
        yield Club.found(database)
    finally:
        database.close()


def gateway_of(session: UnitOfWork, gateway_id: str) -> Gateway:
    gateway = sites.find_gateway(session, gateway_id)
    assert gateway is not None
    return gateway
