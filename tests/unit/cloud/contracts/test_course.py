from datetime import date, timedelta

import pytest

from cloud.billing import instalments
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import course, service
from cloud.contracts.policy import DaySpan
from cloud.errors import ConflictError, InvalidError, NotFoundError
from tests.club import Club

TODAY = date(2026, 3, 10)
WEEK = DaySpan(date(2026, 3, 9), date(2026, 3, 15))


def test_a_freeze_that_prolongs_adds_its_days_to_the_end_and_gives_them_back_when_lifted(club: Club) -> None:
    with club.database.transaction() as session:
        contract_id = club.add_contract(session, club.add_member(session))
        frozen = course.add_freeze(session, club.actor, contract_id, WEEK, reason="", is_prolonging=True)
        assert (frozen.ends_on, frozen.use_until) == (date(2027, 1, 7), date(2027, 1, 7))
        (freeze,) = frozen.freezes
        lifted = course.lift_freeze(session, club.actor, contract_id, freeze.id, today=TODAY)
        assert [(one.starts_on, one.ends_on) for one in lifted.freezes] == [(date(2026, 3, 9), date(2026, 3, 9))]
        assert lifted.ends_on == date(2027, 1, 1)
        with pytest.raises(ConflictError):
            course.lift_freeze(session, club.actor, contract_id, freeze.id, today=TODAY)


def test_a_freeze_that_has_not_begun_is_lifted_whole(club: Club) -> None:
    with club.database.transaction() as session:
        contract_id = club.add_contract(session, club.add_member(session))
        frozen = course.add_freeze(session, club.actor, contract_id, WEEK, reason="", is_prolonging=True)
        (freeze,) = frozen.freezes
        lifted = course.lift_freeze(session, club.actor, contract_id, freeze.id, today=date(2026, 3, 1))
        assert (lifted.freezes, lifted.ends_on) == ([], date(2026, 12, 31))
        with pytest.raises(NotFoundError):
            course.lift_freeze(session, club.actor, contract_id, freeze.id, today=date(2026, 3, 1))


def test_a_contract_is_extended_forward_and_with_it_its_fee(club: Club) -> None:
    with club.database.transaction() as session:
        contract_id = club.add_contract(session, club.add_member(session), grace_days=2, extra_expiry_days=3)
        longer = course.extend(session, club.actor, contract_id, date(2027, 1, 10), "gift")
        assert (longer.fee_until, longer.use_until) == (date(2027, 1, 12), date(2027, 1, 15))
        for day in (date(2027, 1, 10), date(2026, 12, 1), date(2099, 1, 1)):
            with pytest.raises(InvalidError):
                course.extend(session, club.actor, contract_id, day, "gift")


def test_an_ended_contract_has_no_grace_and_asks_no_more_for_what_would_be_due_later(club: Club) -> None:
    parts = tuple(
        InstalmentDetails(amount_minor=100, currency="EUR", due_on=date(2026, month, 1)) for month in (1, 3, 4)
    )
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, grace_days=5, extra_expiry_days=5, instalments=parts)
        ended = course.end(session, club.actor, contract_id, TODAY, "moved")
        assert (ended.ends_on, ended.fee_until, ended.use_until) == (TODAY, TODAY, TODAY)
        assert [one.due_on.month for one in instalments.list_open(session, [member_id])] == [1, 3]
        with pytest.raises(InvalidError):
            course.end(session, club.actor, contract_id, TODAY + timedelta(days=1), "moved")
        assert service.get(session, contract_id).price_minor == 300
