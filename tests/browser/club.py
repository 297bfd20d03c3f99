"""A small club in a real database, and gateways that report through the real services. For the browser tests."""

import secrets
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud import bus
from cloud.access_events import journal
from cloud.access_rules.models import LanePlace
from cloud.audit.service import Actor
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import course
from cloud.contracts import service as contracts
from cloud.contracts.policy import DaySpan
from cloud.contracts.service import ContractDetails
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import Database, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.migrations import upgrade_database
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from cloud.sites.policy import SiteRules
from cloud.sites.service import GatewayReport
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from sync_protocol.journal_events import (
    CHAIN_START,
    AccessDecided,
    AccessNotTaken,
    AccessTaken,
    Direction,
    EventBody,
    JournalEvent,
    LaneChanged,
    LaneModeChanged,
    Outcome,
    seal_event,
)
from sync_protocol.messages import EventBatch

FILE_NAME: Final = "tornello.db"
SECRET: Final = bytes(range(32))
PASSWORD: Final = "turnstile-and-tea"
TIME_ZONE: Final = "Europe/Rome"
ANNA: Final = "anna@club.example"
IVO: Final = "ivo@club.example"
LEO: Final = "leo@club.example"
STAFF: Final = (
    (ANNA, "Anna Bianchi", "manager"),
    (IVO, "Ivo Serra", "administrator"),
    (LEO, "Leo Kurz", "installer"),
)
_SETUP: Final = Actor("system", "browser-tests")


class ReportingGateway:
    """A gateway as the cloud hears it: states what is in force, and sends its journal."""

    def __init__(self, database: Database, gateway_id: str, lane_id: str) -> None:
        self.gateway_id = gateway_id
        self._database = database
        self._lane_id = lane_id
        self._boot_id = secrets.token_hex(8)
        self._seq = 0
        self._chain = CHAIN_START

    def in_database(self, database: Database) -> "ReportingGateway":
        """The same gateway, before its first event, in a copy of the database."""
        assert self._seq == 0, "its journal has begun"
        return ReportingGateway(database, self.gateway_id, self._lane_id)

    def beat(self) -> None:
        """Say that it is there, with a healthy reader."""
        reader = {"lane_id": self._lane_id, "reader": "entry", "is_online": True, "is_secure": True}
        with self._database.transaction() as session:
            report = GatewayReport(self._boot_id, "synced", (self._seq, self._seq), "0.1.0", (reader,))
            sites.record_report(session, self._find(session), report)

    def apply(self) -> None:
        """Report the newest revision as in force."""
        with self._database.transaction() as session:
            gateway = self._find(session)
            head = desired_state.head(session, gateway.site_id)
            desired_state.record_report(session, gateway, head.revision, head.digest_root, applied_at=session.now)

    def fall_silent(self) -> None:
        """Be unheard for ten minutes."""
        with self._database.transaction() as session:
            self._find(session).last_seen_at = session.now - timedelta(minutes=10)
            session.wake_after_commit("gateways")

    def decide(
        self,
        member_id: str | None,
        outcome: Outcome = "allow",
        reason: str = "granted",
        *,
        text: str = "",
        direction: Direction = "in",
        signals: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
    ) -> str:
        """Send a decision on which these flags bore; returns its tap id."""
        tap_id = secrets.token_hex(8)
        self._send(
            AccessDecided(
                tap_id=tap_id,
                lane_id=self._lane_id,
                direction=direction,
                reader="entry",
                credential_hash="h" * 16,
                outcome=outcome,
                reason=reason,
                rule="contract",
                revision=1,
                member_id=member_id,
                text=text,
                signals=signals,
                flags_considered=tuple((flag, "in_force") for flag in flags),
            )
        )
        return tap_id

    def go(self, member_id: str, direction: Direction) -> None:
        """Send a passage into the lane's zone, or out of it."""
        with self._database.session() as session:
            place = session.get_one(LanePlace, self._lane_id)
            inside, outside = place.zone_in_id or "", place.zone_out_id or ""
        to, left = (inside, outside) if direction == "in" else (outside, inside)
        tap_id = secrets.token_hex(8)
        self._send(AccessTaken(tap_id, self._lane_id, direction, member_id, zone_id=to, left_zone_id=left))

    def pass_through(self, tap_id: str, member_id: str, *, is_taken: bool = True) -> None:
        """Send what became of a granted tap."""
        kind = AccessTaken if is_taken else AccessNotTaken
        self._send(kind(tap_id=tap_id, lane_id=self._lane_id, direction="in", member_id=member_id))

    def enter(self, tap_id: str, member_id: str, zone_id: str) -> None:
        """Send that a member came into a zone from outside."""
        self._send(AccessTaken(tap_id, self._lane_id, "in", member_id, zone_id=zone_id))

    def tell(self, state: str) -> None:
        """Send what the lane says of itself."""
        self._send(LaneChanged(self._lane_id, state))

    def tell_mode(self, mode: str, by: str) -> None:
        """Send what the lane was told to be."""
        self._send(LaneModeChanged(self._lane_id, mode, by))

    def _send(self, body: EventBody) -> None:
        with self._database.transaction() as session:
            now_ms = int(session.now.timestamp() * 1000)
            event = JournalEvent(self._seq, self._boot_id, 1000 + self._seq, now_ms, "synced", body)
            sealed = seal_event(event, self._chain)
            journal.record_batch(session, self._find(session), EventBatch("epoch", (sealed,)))
        self._seq, self._chain = self._seq + 1, sealed.chain

    def _find(self, session: UnitOfWork) -> Gateway:
        gateway = sites.find_gateway(session, self.gateway_id)
        assert gateway is not None
        return gateway


@dataclass(frozen=True, slots=True)
class Club:
    """Two lanes with gateways, a handful of members in three languages, a manager, an administrator, an installer."""

    database: Database
    site_id: str
    lane_1: ReportingGateway
    lane_2: ReportingGateway
    members: dict[str, str]


def found_club(folder: Path) -> Club:
    """A club in a fresh SQLite file."""
    database = _open_database(folder)
    upgrade_database(database)
    with database.transaction() as session:
        for email, name, role in STAFF:
            staff.create_staff(session, _SETUP, StaffDetails(email=email, name=name, role=role), password=PASSWORD)
        site = sites.create_site(session, _SETUP, SiteRules("Palestra Aurora", TIME_ZONE, "it"), SECRET)
        lanes = [sites.create_lane(session, _SETUP, site.id, f"Lane {number}") for number in (1, 2)]
        ids = [sites.add_gateway(session, lane, new_id("gwy"), secrets.token_hex(8)).id for lane in lanes]
    members = _add_members(database, site.id)
    lane_1, lane_2 = (
        ReportingGateway(database, gateway_id, lane.id) for lane, gateway_id in zip(lanes, ids, strict=True)
    )
    return Club(database, site.id, lane_1, lane_2, members)


def copy_club(template: Club, source: Path, folder: Path) -> Club:
    """The same club in a file of its own, its gateways there and up to date. Nobody may be writing the template."""
    shutil.copy(source / FILE_NAME, folder / FILE_NAME)
    database = _open_database(folder)
    lanes = [gateway.in_database(database) for gateway in (template.lane_1, template.lane_2)]
    for gateway in lanes:
        gateway.beat()
        gateway.apply()
    return Club(database, template.site_id, lanes[0], lanes[1], template.members)


def _open_database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / FILE_NAME}", dispatch=bus.dispatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """A member with one card and one contract; days are counted from today."""

    first_name: str
    last_name: str
    locale: str
    card: int
    from_day: int
    to_day: int
    visits: tuple[int, int] | None = None
    dues_day: int | None = None
    freeze: tuple[int, int] | None = None


_PEOPLE: Final = (
    _Person(first_name="Niccolò", last_name="Ferri", locale="it", card=20011, from_day=-180, to_day=21, visits=(10, 7)),
    _Person(first_name="Анна", last_name="Смирнова", locale="ru", card=20012, from_day=-40, to_day=325),
    _Person(first_name="Giulia", last_name="De Luca", locale="it", card=20013, from_day=-368, to_day=-3),
    _Person(first_name="Oliver", last_name="Hart", locale="en", card=20014, from_day=-180, to_day=180, dues_day=-3),
    _Person(
        first_name="Дмитрий", last_name="Орлов", locale="ru", card=20015, from_day=-90, to_day=275, freeze=(-2, 12)
    ),
    *(
        _Person(
            first_name=f"Member {number:02d}",
            last_name="Zeta",
            locale="en",
            card=21000 + number,
            from_day=0,
            to_day=365,
        )
        for number in range(60)
    ),
)


def _add_members(database: Database, site_id: str) -> dict[str, str]:
    today = local_day(database.clock(), ZoneInfo(TIME_ZONE))
    with database.transaction() as session:
        return {
            f"{person.first_name} {person.last_name}": _add_member(session, site_id, person, today)
            for person in _PEOPLE
        }


def _add_member(session: UnitOfWork, site_id: str, person: _Person, today: date) -> str:
    details = MemberDetails(
        site_id=site_id,
        first_name=person.first_name,
        last_name=person.last_name,
        locale=person.locale,
        email=f"m{person.card}@people.example",
        phone=f"+39 333 {person.card}",
    )
    member = members.create(session, _SETUP, details)
    credentials.issue(session, _SETUP, member.id, CardSpec(card_number=person.card, label="Fob"))
    terms = ContractDetails(
        plan_name="Ten visits" if person.visits else "Open, 12 months",
        starts_on=today + timedelta(days=person.from_day),
        ends_on=today + timedelta(days=person.to_day),
        visits_total=person.visits[0] if person.visits else None,
        instalments=_instalments(person, today),
    )
    contract = contracts.create(session, _SETUP, member.id, terms)
    for _ in range(person.visits[1] if person.visits else 0):
        contracts.count_visit(session, contract.id)
    if person.freeze:
        first, last = (today + timedelta(days=day) for day in person.freeze)
        course.add_freeze(session, _SETUP, contract.id, DaySpan(first, last), reason="holiday")
    return member.id


def _instalments(person: _Person, today: date) -> tuple[InstalmentDetails, ...]:
    if person.dues_day is None:
        return ()
    due_on = today + timedelta(days=person.dues_day)
    return (InstalmentDetails(amount_minor=4900, currency="EUR", due_on=due_on),)
