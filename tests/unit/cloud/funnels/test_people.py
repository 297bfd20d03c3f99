"""Stages of the funnels, computed of contracts, activity and enquiry statuses."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud.card_rules.activity import note_visit
from cloud.card_rules.models import LastActivity
from cloud.database import UnitOfWork
from cloud.funnels.people import ReturnStage, Scope, absence_stage, find_attraction, find_return
from cloud.kit.clock import local_day
from cloud.members.models import Member
from cloud.tasks import enquiry_statuses
from cloud.tasks.enquiry_statuses import StatusDetails
from tests.club import Club
from tests.tasks import add_task, add_type

ROME = ZoneInfo("Europe/Rome")


def scope_of(club: Club, session: UnitOfWork, lessons_left: int | None = None) -> Scope:
    return Scope(club.site_id, local_day(session.now, ROME), ROME, lessons_left)


def add_visitor(
    club: Club, session: UnitOfWork, name: str, absent_days: int, until: date, lessons: int | None = None
) -> None:
    member_id = club.add_member(session, name)
    club.add_contract(session, member_id, starts_on=until - timedelta(days=200), ends_on=until, visits_total=lessons)
    note_visit(session, member_id, session.now)
    session.get_one(LastActivity, member_id).active_at = session.now - timedelta(days=absent_days)
    session.flush()


@pytest.mark.parametrize(
    ("days", "stage"),
    [(0, None), (6, None), (7, "absent_7"), (13, "absent_7"), (14, "absent_14"), (29, "absent_14"), (30, "absent_30")],
)
def test_an_absence_is_in_one_stage(days: int, stage: ReturnStage | None) -> None:
    """Features 225, 226."""
    assert absence_stage(days) == stage


def test_return_has_those_who_did_not_renew_and_those_who_stay_away(club: Club) -> None:
    """Features 221, 222, 223, 225, 227."""
    with club.database.transaction() as session:
        scope = scope_of(club, session)
        soon, past = scope.today + timedelta(days=20), scope.today - timedelta(days=3)
        add_visitor(club, session, "Here", 2, soon)
        add_visitor(club, session, "Week", 8, soon, 10)
        add_visitor(club, session, "Month", 40, soon)
        add_visitor(club, session, "Lost", 40, past, 4)
        add_visitor(club, session, "Long gone", 300, scope.today - timedelta(days=120))
        found = find_return(session, scope)
        assert {stage: [each.member.name for each in people] for stage, people in found.items()} == {
            "did_not_renew": ["Lost"],
            "absent_7": ["Week"],
            "absent_14": [],
            "absent_30": ["Month"],
        }
        assert (found["absent_7"][0].lessons_left, found["absent_30"][0].lessons_left) == (10, None)
        narrowed = find_return(session, scope_of(club, session, 4))
        assert [each.member.name for people in narrowed.values() for each in people] == ["Lost"]


def test_attraction_has_leads_by_the_status_of_their_newest_open_task(club: Club) -> None:
    """Features 220, 222."""
    with club.database.transaction() as session:
        status = enquiry_statuses.create(session, club.actor, StatusDetails(name="Offer sent"))
        ids = {name: club.add_member(session, name) for name in ("Lead", "New", "Client")}
        for name in ("Lead", "New"):
            session.get_one(Member, ids[name]).state = "lead"
        add_task(club, session, ids["Lead"], add_type(club, session), enquiry_status_id=status.id)
        found = find_attraction(session, scope_of(club, session))
        assert {key: [each.member.name for each in people] for key, people in found.items()} == {
            "": ["New"],
            status.id: ["Lead"],
        }
        assert find_attraction(session, scope_of(club, session, 1)) == {}
