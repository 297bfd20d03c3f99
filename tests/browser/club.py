"""A small club in a real database, and gateways that report through the real services. For the browser tests."""

import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud import bus
from cloud.access_events import journal
from cloud.audit.service import Actor
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
from cloud.sites.service import GatewayReport, SiteRules
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
    Outcome,
    seal_event,
)
from sync_protocol.messages import EventBatch

SECRET: Final = bytes(range(32))
PASSWORD: Final = "turnstile-and-tea"
TIME_ZONE: Final = "Europe/Rome"
ANNA: Final = "anna@club.example"
IVO: Final = "ivo@club.example"
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
    ) -> str:
        """Send a decision; returns its tap id."""
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
            )
        )
        return tap_id

    def pass_through(self, tap_id: str, member_id: str, *, is_taken: bool = True) -> None:
        """Send what became of a granted tap."""
        kind = AccessTaken if is_taken else AccessNotTaken
        self._send(kind(tap_id=tap_id, lane_id=self._lane_id, direction="in", member_id=member_id))

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


class Club:
    """Two lanes, two gateways, a handful of members in three languages, a manager and an administrator."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.members: dict[str, str] = {}
        with database.transaction() as session:
            for email, name, role in ((ANNA, "Anna Bianchi", "manager"), (IVO, "Ivo Serra", "administrator")):
                staff.create_staff(session, _SETUP, StaffDetails(email=email, name=name, role=role), password=PASSWORD)
            site = sites.create_site(session, _SETUP, SiteRules("Palestra Aurora", TIME_ZONE, "it"), SECRET)
            self.site_id = site.id
            lanes = [sites.create_lane(session, _SETUP, site.id, f"Lane {number}") for number in (1, 2)]
            ids = [new_id("gwy"), new_id("gwy")]
            for lane, gateway_id in zip(lanes, ids, strict=True):
                sites.add_gateway(session, lane, gateway_id, secrets.token_hex(8))
        self.lane_1, self.lane_2 = (
            ReportingGateway(database, gateway_id, lane.id) for lane, gateway_id in zip(lanes, ids, strict=True)
        )
        self._add_members()
        for gateway in (self.lane_1, self.lane_2):
            gateway.beat()
            gateway.apply()

    def _add_members(self) -> None:
        today = local_day(self.database.clock(), ZoneInfo(TIME_ZONE))
        year = timedelta(days=365)
        self._add("Niccolò", "Ferri", "it", today - year / 2, today + timedelta(days=21), visits=(10, 7), card=20011)
        self._add("Анна", "Смирнова", "ru", today - timedelta(days=40), today + year, card=20012)
        self._add("Giulia", "De Luca", "it", today - year, today - timedelta(days=3), card=20013)
        self._add(
            "Oliver",
            "Hart",
            "en",
            today - year / 2,
            today + year / 2,
            dues_due_on=today - timedelta(days=3),
            card=20014,
        )
        frozen = self._add("Дмитрий", "Орлов", "ru", today - year / 4, today + year, card=20015)
        with self.database.transaction() as session:
            contract = contracts.list_of_members(session, [frozen])[0]
            days = DaySpan(today - timedelta(days=2), today + timedelta(days=12))
            contracts.add_freeze(session, _SETUP, contract.id, days, reason="holiday")
        for number in range(60):
            self._add(f"Member {number:02d}", "Zeta", "en", today, today + year, card=21000 + number)

    def _add(
        self,
        first_name: str,
        last_name: str,
        locale: str,
        starts_on: date,
        ends_on: date,
        *,
        card: int,
        visits: tuple[int, int] | None = None,
        dues_due_on: date | None = None,
    ) -> str:
        with self.database.transaction() as session:
            details = MemberDetails(
                site_id=self.site_id,
                first_name=first_name,
                last_name=last_name,
                locale=locale,
                email=f"m{card}@people.example",
                phone=f"+39 333 {card}",
            )
            member = members.create(session, _SETUP, details)
            credentials.issue(session, _SETUP, member.id, CardSpec(card_number=card, label="Fob"))
            contract = contracts.create(
                session,
                _SETUP,
                member.id,
                ContractDetails(
                    plan_name="Ten visits" if visits else "Open 12 months",
                    starts_on=starts_on,
                    ends_on=ends_on,
                    grace_days=0,
                    visits_total=visits[0] if visits else None,
                    dues_minor=4900 if dues_due_on else 0,
                    dues_due_on=dues_due_on,
                ),
            )
            for _ in range(visits[1] if visits else 0):
                contracts.count_visit(session, contract.id)
        self.members[f"{first_name} {last_name}"] = member.id
        return member.id


def open_club(folder: Path) -> Club:
    """A club in a fresh SQLite file."""
    database = Database(f"sqlite:///{folder}/tornello.db", dispatch=bus.dispatch)
    upgrade_database(database)
    return Club(database)
