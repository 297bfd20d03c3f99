"""Writes the demo club into the cloud's database, through the same services that staff use."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud.audit.service import Actor
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import course
from cloud.contracts import service as contracts
from cloud.contracts.policy import DaySpan
from cloud.contracts.service import ContractDetails
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import Database, UnitOfWork
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from provisioning.demo import desk
from provisioning.demo.club import FACILITY, DemoMember, Situation, make_club
from provisioning.demo.layout import LANES, SITE_NAME, STAFF_EMAIL

TIME_ZONE: Final = "Europe/Rome"
ACTOR: Final = Actor("system", "demo")

# How the cards are grouped beside the virtual turnstile.
CARD_NOTES: Final[dict[Situation, str]] = {
    "good": "Good",
    "ending": "Ends within a week",
    "visits": "Visit pack",
    "last_visit": "Last visit of a pack",
    "dues_due": "Dues are due",
    "dues_overdue": "Dues overdue",
    "frozen": "Frozen",
    "expired": "Expired",
    "used_up": "Visit pack used up",
}


@dataclass(frozen=True)
class SeededSite:
    """Ids that the rest of the preparation needs; lanes by name."""

    site_id: str
    lanes: dict[str, str]


def seed_club(database: Database, *, secret: bytes, password: str, cards: Path) -> SeededSite:
    """Create the site, its lanes, its staff and the club; write the cards to `cards`, good ones first."""
    with database.transaction() as session:
        site = sites.create_site(session, ACTOR, SiteRules(SITE_NAME, TIME_ZONE, "it", 30, FACILITY), secret)
        lanes = {name: sites.create_lane(session, ACTOR, site.id, name).id for name in LANES}
        anna = StaffDetails(email=STAFF_EMAIL, name="Anna Conti", role="administrator", locale="en")
        staff.create_staff(session, ACTOR, anna, password=password)
        club = make_club(local_day(session.now, ZoneInfo(TIME_ZONE)))
        desk.hire(session, ACTOR, password)
        people: dict[Situation, list[str]] = {situation: [] for situation in CARD_NOTES}
        for member in club:
            people[member.situation].append(_add_member(session, site.id, member))
        desk.set_up(session, ACTOR, site, people)
        seeded = SeededSite(site.id, lanes)
    situations = list(CARD_NOTES)
    buttons = [_card_button(member) for member in sorted(club, key=lambda member: situations.index(member.situation))]
    cards.write_text(json.dumps(buttons, ensure_ascii=False, indent=1))
    return seeded


def _add_member(session: UnitOfWork, site_id: str, member: DemoMember) -> str:
    details = MemberDetails(
        site_id=site_id,
        first_name=member.first_name,
        last_name=member.last_name,
        locale=member.locale,
        phone=member.phone,
    )
    member_id = members.create(session, ACTOR, details).id
    credentials.issue(session, ACTOR, member_id, CardSpec(card_number=member.card))
    contract = contracts.create(
        session,
        ACTOR,
        member_id,
        ContractDetails(
            plan_name=member.plan_name,
            starts_on=member.starts_on,
            ends_on=member.ends_on,
            visits_total=member.visits_total,
            instalments=_instalments(member),
        ),
    )
    if member.freeze is not None:
        days = DaySpan(member.freeze.starts_on, member.freeze.ends_on)
        course.add_freeze(session, ACTOR, contract.id, days, reason="Holiday")
    for _ in range(member.visits_used):
        contracts.count_visit(session, contract.id)
    return member_id


def _instalments(member: DemoMember) -> tuple[InstalmentDetails, ...]:
    if member.dues_due_on is None:
        return ()
    return (InstalmentDetails(amount_minor=member.dues_minor, currency="EUR", due_on=member.dues_due_on),)


def _card_button(member: DemoMember) -> dict[str, str]:
    return {
        "name": f"{member.first_name} {member.last_name}",
        "card": f"{FACILITY}:{member.card}",
        "note": CARD_NOTES[member.situation],
    }
