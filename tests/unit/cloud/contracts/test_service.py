from datetime import date, timedelta

import pytest

from cloud.contracts import course, service
from cloud.contracts.models import Freeze
from cloud.contracts.policy import DaySpan
from cloud.desired_state import service as desired_state
from cloud.desired_state.rows import WINDOWS_MAX
from cloud.desired_state.service import PAYLOAD_BYTES
from cloud.errors import ConflictError, InvalidError, NotFoundError
from sync_protocol.codec import encode_message
from tests.club import Club


def test_the_policy_sees_what_was_agreed(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=5, grace_days=3)
        days = DaySpan(date(2026, 2, 1), date(2026, 2, 7))
        course.add_freeze(session, club.actor, contract_id, days, reason="holiday")
        service.count_visit(session, contract_id)
    with club.database.session() as session:
        (contract,) = service.list_of_members(session, [member_id])
        terms = service.terms_of(contract)
    assert (terms.starts_on, terms.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (terms.visits_total, terms.visits_used, terms.grace_days) == (5, 1, 3)
    assert terms.freezes == (days,)


def test_the_latest_contract_comes_first(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for year in (2025, 2027, 2026):
            club.add_contract(session, member_id, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
    with club.database.session() as session:
        assert [c.starts_on.year for c in service.list_of_members(session, [member_id])] == [2027, 2026, 2025]


def test_a_change_that_leaves_the_contract_impossible_is_refused(club: Club) -> None:
    with club.database.transaction() as session:
        contract_id = club.add_contract(session, club.add_member(session))
    with club.database.session() as session, pytest.raises(InvalidError):
        service.change(session, club.actor, contract_id, {"starts_on": date(2027, 1, 1)})


def test_a_visit_of_an_unknown_contract_is_no_error(club: Club) -> None:
    with club.database.transaction() as session:
        service.count_visit(session, "ctr_none")


def test_nobody_buys_nothing(club: Club) -> None:
    with club.database.session() as session:
        with pytest.raises(NotFoundError):
            club.add_contract(session, "mem_none")
        with pytest.raises(NotFoundError):
            course.end(session, club.actor, "ctr_none", date(2026, 1, 1), "moved")


def test_freezes_are_bounded_so_that_a_member_fits_into_one_message(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        first_day = date(2026, 1, 1)
        for _ in range(WINDOWS_MAX):
            contract_id = club.add_contract(session, member_id)
            days = [first_day + timedelta(days=number) for number in range(course.FREEZES_MAX)]
            contract = service.get(session, contract_id)
            contract.freezes += [Freeze(starts_on=day, ends_on=day, reason="", is_prolonging=False) for day in days[1:]]
            course.add_freeze(session, club.actor, contract_id, DaySpan(days[0], days[0]), reason="")
        last_day = DaySpan(date(2026, 12, 1), date(2026, 12, 1))
        with pytest.raises(ConflictError):
            course.add_freeze(session, club.actor, contract_id, last_day, reason="")
    with club.database.session() as session:
        snapshot = desired_state.take_snapshot(session, club.site_id)
    assert all(len(encode_message(chunk)) <= PAYLOAD_BYTES for chunk in snapshot.chunks)
