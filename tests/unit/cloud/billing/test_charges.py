from datetime import date

import pytest

from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.billing.models import Instalment
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError, NotFoundError
from tests.club import Club

DUE = date(2026, 6, 1)


def owed(club: Club, session: UnitOfWork) -> Instalment:
    contract_id = club.add_contract(session, club.add_member(session), due_on=DUE)
    (one,) = instalments.list_of_contract(session, contract_id)
    return one


def test_what_is_paid_in_parts_is_open_until_the_last(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        charges.record(
            session, club.actor, due.id, ChargeDetails(method="cash", amount_minor=4000), idempotency_key="1"
        )
        assert (due.paid_minor, due.paid_at) == (4000, None)
        rest = charges.record(session, club.actor, due.id, ChargeDetails(method="card"), idempotency_key="2")
        assert (rest.amount_minor, due.paid_minor, due.paid_at) == (900, 4900, session.now)


def test_a_failed_charge_pays_nothing_and_is_kept_with_its_reason(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        details = ChargeDetails(method="provider", outcome="failed", failure="insufficient_funds")
        charges.record(session, club.actor, due.id, details, idempotency_key="1")
        (kept,) = charges.list_of_instalments(session, [due.id])
        assert (due.paid_minor, kept.outcome, kept.failure) == (0, "failed", "insufficient_funds")


def test_what_is_reported_twice_under_one_key_is_paid_once(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        details = ChargeDetails(method="provider", amount_minor=900)
        first = charges.record(session, club.actor, due.id, details, idempotency_key="a")
        again = charges.record(session, club.actor, due.id, details, idempotency_key="a")
        assert (first.id, due.paid_minor) == (again.id, 900)
        other = ChargeDetails(method="provider", amount_minor=901)
        with pytest.raises(ConflictError):
            charges.record(session, club.actor, due.id, other, idempotency_key="a")


def test_nobody_pays_more_than_is_due_or_twice(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        too_much = ChargeDetails(method="cash", amount_minor=4901)
        with pytest.raises(InvalidError):
            charges.record(session, club.actor, due.id, too_much, idempotency_key="1")
        charges.record(session, club.actor, due.id, ChargeDetails(method="cash"), idempotency_key="2")
        with pytest.raises(ConflictError):
            charges.record(session, club.actor, due.id, ChargeDetails(method="cash"), idempotency_key="3")
        with pytest.raises(NotFoundError):
            charges.record(session, club.actor, "ins_none", ChargeDetails(method="cash"), idempotency_key="4")


def test_no_card_number_is_kept(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        details = ChargeDetails(method="card", reference="4111111111111111")
        with pytest.raises(InvalidError):
            charges.record(session, club.actor, due.id, details, idempotency_key="1")


def test_what_was_taken_back_is_due_again_and_only_once(club: Club) -> None:
    with club.database.transaction() as session:
        due = owed(club, session)
        charge = charges.record(session, club.actor, due.id, ChargeDetails(method="card"), idempotency_key="1")
        charges.reverse(session, club.actor, charge.id, "charged back")
        assert (due.paid_minor, due.paid_at, charge.reversal_reason) == (0, None, "charged back")
        with pytest.raises(ConflictError):
            charges.reverse(session, club.actor, charge.id, "again")
