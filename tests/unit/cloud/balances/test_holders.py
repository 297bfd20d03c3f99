"""The queries say what the pure rules say."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud.balances import holders
from cloud.balances.holders import Figure, Question
from cloud.contracts import course, policy, service
from cloud.contracts.balance import BalanceColour, balance_of
from cloud.contracts.policy import DaySpan
from cloud.database import UnitOfWork
from cloud.errors import InvalidError
from tests.club import Club

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
AVAILABLE = {BalanceColour.GREEN, BalanceColour.ORANGE}


def found(session: UnitOfWork, club: Club, figure: Figure, today: date, **narrowed: int) -> set[str]:
    question = Question(club.site_id, figure, today, **narrowed)  # type: ignore[arg-type]
    return {member.id for member in holders.find_page(session, question, after=None, limit=50).items}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_figures_count_whom_the_rules_count(club: Club, data: st.DataObject) -> None:
    """Features 20 to 24."""
    small = st.integers(0, 2)
    start = data.draw(DAYS)
    length, grace, extra = data.draw(small), data.draw(small), data.draw(small)
    visits, frozen_at = data.draw(st.none() | st.integers(1, 2)), data.draw(st.none() | DAYS)
    used, today = data.draw(small), data.draw(DAYS)
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(
            session,
            member_id,
            starts_on=start,
            ends_on=start + timedelta(days=length),
            grace_days=grace,
            extra_expiry_days=extra,
            visits_total=visits,
        )
        if frozen_at is not None and start <= frozen_at <= start + timedelta(days=length):
            course.add_freeze(session, club.actor, contract_id, DaySpan(frozen_at, frozen_at), reason="")
        for _ in range(used if visits else 0):
            service.count_visit(session, contract_id)
        session.flush()
        session.expire_all()
        terms = service.terms_of(service.get(session, contract_id))
        balance = balance_of(terms, today)
        expected = {
            "active_fee": policy.has_active_fee(terms, today),
            "available": balance.is_available,
            "unused": balance.colour is BalanceColour.GREEN,
        }
        assert {figure: member_id in found(session, club, figure, today) for figure in expected} == expected  # type: ignore[arg-type]
        if balance.is_available:
            assert balance.colour in AVAILABLE


def test_who_has_a_session_booked_is_not_without_booking(club: Club) -> None:
    """Feature 25."""
    with club.database.transaction() as session:
        today = holders.today_at(session, club.site_id)
        ids = [club.add_member(session) for _ in range(3)]
        for member_id in ids:
            club.add_contract(session, member_id, starts_on=today, ends_on=today + timedelta(days=30))
        for member_id, day in zip(ids[:2], (today, today + timedelta(days=3)), strict=True):
            starts_at = datetime(day.year, day.month, day.day, 23, 30, tzinfo=ZoneInfo("Europe/Rome"))
            club.book(session, member_id, starts_at)
        assert found(session, club, "no_booking", today) == {ids[1], ids[2]}
        period = Question(club.site_id, "no_booking", today, until=today + timedelta(days=3))
        page = holders.find_page(session, period, after=None, limit=9)
        assert [member.id for member in page.items] == [ids[2]]
        assert holders.count(session, club.site_id, today)["no_booking"] == 2


def test_a_number_of_lessons_left_narrows_the_list_and_pages_follow_each_other(club: Club) -> None:
    """Feature 222."""
    with club.database.transaction() as session:
        today = holders.today_at(session, club.site_id)
        ids = [club.add_member(session, name) for name in ("Anna", "Bruno", "Carla")]
        for member_id, used in zip(ids, (9, 8, 9), strict=True):
            contract_id = club.add_contract(
                session, member_id, starts_on=today, ends_on=today + timedelta(days=30), visits_total=10
            )
            for _ in range(used):
                service.count_visit(session, contract_id)
        assert found(session, club, "available", today, lessons_left=1) == {ids[0], ids[2]}
        assert found(session, club, "available", today, lessons_left=2) == {ids[1]}
        question = Question(club.site_id, "available", today, lessons_left=1)
        first = holders.find_page(session, question, after=None, limit=1)
        second = holders.find_page(session, question, after=first.next, limit=1)
        assert [first.items[0].id, second.items[0].id, second.next] == [ids[0], ids[2], None]
        with pytest.raises(InvalidError):
            holders.find_page(session, question, after="x", limit=1)
