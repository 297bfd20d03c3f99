"""The lists that staff work with, saved as files: who comes, sessions, who is inside, alarms, funnels, duplicates.

Each file has the rows of its page, in the page's order. Feature 196.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from cloud.access_rules import zones
from cloud.alarms.models import Alarm
from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.bookings.service import BookingDetails
from cloud.database import UnitOfWork
from cloud.domain_events import MemberPassed
from cloud.kit import spreadsheets
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.staff.models import Staff
from cloud.webhooks.models import Webhook, WebhookDelivery
from tests import club as small
from tests.integration.club import Club

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def acting(club: Club) -> small.Club:
    """The same club for services, with a manager who acts."""
    return small.Club(club.database, club.site_id, Actor("staff", club.hire("manager")))


@pytest.fixture
def desk(club: Club, acting: small.Club) -> httpx.Client:
    """The manager at the console."""
    return club.browser("manager")


def saved(desk: httpx.Client, page: str, address: str) -> list[dict[str, str]]:
    """The rows of the file that a page offers."""
    shown = desk.get(page)
    assert f"{address.partition('?')[0]}?" in shown.text, page
    answer = desk.get(address)
    assert answer.status_code == 200, answer.text
    header, *rows = list(spreadsheets.read(answer.content))
    return [dict(zip(header, row, strict=True)) for row in rows]


def values(rows: list[dict[str, str]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def book(acting: small.Club, session: UnitOfWork, member_id: str, session_id: str) -> str:
    return bookings.book(session, acting.actor, member_id, BookingDetails(session_id=session_id)).id


def test_who_comes_is_saved_with_what_staff_should_know(desk: httpx.Client, acting: small.Club) -> None:
    assert "/schedule/arrivals/export" not in desk.get("/schedule/arrivals").text
    with acting.database.transaction() as session:
        at = session.now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
        day = at.astimezone(ROME).date()
        anna, ivo = acting.add_member(session, "=Anna"), acting.add_member(session, "Ivo")
        acting.add_contract(session, anna, ends_on=day + timedelta(days=400), due_on=day - timedelta(days=3))
        acting.add_contract(session, ivo, ends_on=day + timedelta(days=3), visits_total=5)
        held = acting.plan(session, at, title="Yoga")
        for member_id in (anna, ivo):
            book(acting, session, member_id, held)
        acting.block(session, ivo, "Passi in reception")
    page = f"/schedule/arrivals?day={day}"
    rows = saved(desk, page, f"/schedule/arrivals/export?form=csv&day={day}")
    begins = f"{at.astimezone(ROME):%Y-%m-%d %H:%M:%S}"
    assert values(rows, "Activity", "Begins at", "Member", "Owes", "Flags") == [
        ("Yoga", begins, "'=Anna", "49.00 EUR", ""),
        ("Yoga", begins, "Ivo", "", "Passi in reception"),
    ]
    assert values(rows, "First session", "Ends on")[1] == ("Yes", str(day + timedelta(days=3)))
    text = desk.get(page).text
    assert text.index("=Anna") < text.index(">Ivo<")


def test_the_sessions_of_the_calendar_and_the_people_of_one_are_saved(desk: httpx.Client, acting: small.Club) -> None:
    with acting.database.transaction() as session:
        at = session.now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
        held = acting.plan(session, at, title="Yoga", seats=1)
        names = ("Anna", "Ivo", "Leo")
        anna, ivo, leo = (acting.add_member(session, name) for name in names)
        for member_id in (anna, ivo, leo):
            acting.add_contract(session, member_id, ends_on=at.date() + timedelta(days=400))
        book(acting, session, anna, held)
        entry = waiting.join(session, acting.actor, ivo, held)
        waiting.leave(session, acting.actor, entry.id)
        waiting.join(session, acting.actor, leo, held)
    day = at.astimezone(ROME).date()
    (told,) = saved(desk, f"/schedule?view=day&day={day}", f"/schedule/export?view=day&day={day}")
    assert values([told], "Activity", "Seats", "Booked", "Waiting", "Cancelled at") == [("Yoga", "1", "1", "1", "")]
    assert told["Begins at"] == f"{at.astimezone(ROME):%Y-%m-%d %H:%M:%S}"
    people = saved(desk, f"/schedule/sessions/{held}", f"/schedule/sessions/{held}/export")
    assert values(people, "Member", "State") == [("Anna", "Booked"), ("Ivo", "Gave up waiting"), ("Leo", "Waits")]


def test_who_is_inside_is_saved_by_zone_with_those_who_have_no_name(desk: httpx.Client, acting: small.Club) -> None:
    lane_id = acting.add_lane("Main gate")
    gateway_id = acting.add_gateway(lane_id)
    with acting.database.transaction() as session:
        (zone,) = zones.list_of_site(session, acting.site_id)
        anna = acting.add_member(session, "=Anna")
        where = (acting.site_id, gateway_id, lane_id)
        session.publish(MemberPassed(*where, anna, zone.id, "", session.now, is_guest=False, is_staff=False))
        session.publish(MemberPassed(*where, anna, zone.id, "", session.now, is_guest=True, is_staff=False))
    rows = saved(desk, "/inside", f"/inside/{acting.site_id}/export?form=csv")
    assert values(rows, "Zone", "Member", "Lane") == [
        (zone.name, "'=Anna", "Main gate"),
        (zone.name, "1 person without a name", ""),
    ]


def test_alarms_are_saved_in_words_by_the_clock_of_their_site(desk: httpx.Client, acting: small.Club) -> None:
    assert "/alarms/export" not in desk.get("/alarms").text
    lane_id = acting.add_lane("Main gate")
    gateway_id = acting.add_gateway(lane_id)
    with acting.database.transaction() as session:
        anna = acting.add_member(session, "Anna")
        for kind, is_history in (("duress", False), ("lost_credential", True)):
            session.add(
                Alarm(
                    **{"id": new_id("alm"), "site_id": acting.site_id, "gateway_id": gateway_id, "lane_id": lane_id},
                    **{"member_id": anna, "kind": kind, "occurred_at": session.now, "heard_at": session.now},
                    is_history=is_history,
                )
            )
    rows = saved(desk, "/alarms", "/alarms/export")
    told = sorted(values(rows, "What happened", "Lane", "Member", "Told later", "Time zone"))
    assert told == [
        ("Lost card was used", "Main gate", "Anna", "Yes", "Europe/Rome"),
        ("PIN for an emergency was typed", "Main gate", "Anna", "", "Europe/Rome"),
    ]


def test_each_funnel_is_saved_stage_by_stage(desk: httpx.Client, acting: small.Club) -> None:
    with acting.database.transaction() as session:
        today = session.now.astimezone(ROME).date()
        lead = MemberDetails(site_id=acting.site_id, first_name="Eva", state="lead")
        members.create(session, acting.actor, lead)
        lost = acting.add_member(session, "Anna")
        acting.add_contract(session, lost, ends_on=today - timedelta(days=10))
    (gone,) = saved(desk, "/funnels", "/funnels/export")
    assert (gone["Stage"], gone["Member"], gone["Plan"]) == ("Did not renew", "Anna", "Year")
    assert gone["Ends on"] == str(today - timedelta(days=10))
    (new,) = saved(desk, "/funnels?funnel=attraction", "/funnels/export?funnel=attraction")
    assert (new["Stage"], new["Member"]) == ("No status yet", "Eva")
    assert saved(desk, "/funnels", "/funnels/export?lessons=7") == []


def test_who_may_be_there_twice_is_saved_with_a_number_for_each_group(desk: httpx.Client, acting: small.Club) -> None:
    with acting.database.transaction() as session:
        for name in ("Anna", "Anya"):
            details = MemberDetails(site_id=acting.site_id, first_name=name, phone="+390612345678")
            members.create(session, acting.actor, details)
    rows = saved(desk, "/members/duplicates", "/members/duplicates/export?form=csv")
    assert values(rows, "Number", "In common", "Member", "State") == [
        ("1", "The same telephone", "Anna", "Client"),
        ("1", "The same telephone", "Anya", "Client"),
    ]


def test_what_was_sent_to_a_webhook_is_saved(club: Club) -> None:
    club.hire("owner")
    owner = club.browser("owner")
    hook = new_id("whk")
    with club.database.transaction() as session:
        session.add(
            Webhook(
                **{"id": hook, "url": "https://club.example/in", "kinds": ["member.passed"], "sealed_secret": b""},
                **{"is_active": True, "created_at": session.now},
            )
        )
        session.flush()
        session.add(
            WebhookDelivery(
                **{"id": new_id("whd"), "webhook_id": hook, "kind": "member.passed", "body": "{}"},
                **{"state": "given_up", "attempt_count": 9, "next_attempt_at": session.now, "last_status": 500},
                **{"last_error": "refused", "created_at": session.now, "ended_at": session.now},
            )
        )
    rows = saved(owner, f"/settings/webhooks/{hook}", f"/settings/webhooks/{hook}/export")
    assert values(rows, "What happened", "State", "Attempts", "Last HTTP status", "Last error") == [
        ("A member went through a lane", "Given up", "9", "500", "refused")
    ]
    with club.database.session() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action.endswith(".export")))
    assert entry.action == "webhook_delivery.export"
    assert entry.after == {"format": "xlsx", "rows": 1, "filter": {"webhook": hook}}


def test_the_columns_have_their_names_in_the_language_of_who_saves(club: Club) -> None:
    staff_id = club.hire("read_only")
    with club.database.transaction() as session:
        session.get_one(Staff, staff_id).locale = "it"
    reader = club.browser("read_only")
    (header,) = spreadsheets.read(reader.get("/schedule/arrivals/export?form=csv").content)
    assert header[:3] == ["Attività", "Inizio", "Sala"]
