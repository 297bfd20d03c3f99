"""Codes of an authenticator app, recovery codes, and the two steps of a sign-in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cloud.audit.service import Actor
from cloud.database import Database
from cloud.errors import ConflictError, InvalidError, TooManyRequestsError, UnauthenticatedError
from cloud.kit.sealed_secrets import open_secret
from cloud.staff import second_factor, service
from cloud.staff.models import RecoveryCode, StaffTotp
from cloud.staff.second_factor import totp
from cloud.staff.service import SignedIn, StaffDetails
from cloud.staff.signing_in import Caller, SecondFactorError, SignInGuard, sign_in, sign_in_by_ticket
from tests.tables import create_tables

EMAIL, PASSWORD = "anna@club.test", "correct horse battery"
KEY = bytes(range(32))
HERE = Caller(address="192.0.2.1")


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def database(now: Now) -> Iterator[Database]:
    database = Database("sqlite://", dispatch=lambda session, event: None, clock=now)
    create_tables(database)
    with database.transaction() as session:
        details = StaffDetails(email=EMAIL, name="Anna", role="manager")
        service.create_staff(session, Actor("system", "test"), details, password=PASSWORD)
    yield database
    database.close()


def enter(database: Database, guard: SignInGuard | None = None, code: str = "") -> SignedIn:
    guard = guard or SignInGuard(KEY)
    return sign_in(database, guard, email=EMAIL, password=PASSWORD, caller=HERE, code=code)[0]


def code_now(database: Database, now: Now, steps: int = 0) -> str:
    with database.session() as session:
        row = session.scalars(select(StaffTotp)).one()
        secret = open_secret(KEY, row.secret_sealed, f"staff/{row.staff_id}/totp")
    return totp(secret, int(now.at.timestamp()) // 30 + steps)


def turn_on(database: Database, now: Now) -> tuple[SignedIn, list[str]]:
    anna = enter(database)
    with database.transaction() as session:
        second_factor.begin(session, anna, KEY)
    code = code_now(database, now)
    with database.transaction() as session:
        codes = list(second_factor.confirm(session, anna, KEY, code))
    now.at += timedelta(seconds=30)
    return anna, codes


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1; the last six of its eight digits."""
    assert totp(b"12345678901234567890", seconds // 30) == code


def test_a_code_is_asked_for_and_good_once(database: Database, now: Now) -> None:
    turn_on(database, now)
    with pytest.raises(SecondFactorError):
        enter(database)
    code = code_now(database, now)
    assert enter(database, code=f"{code[:3]} {code[3:]}").name == "Anna"
    with pytest.raises(UnauthenticatedError) as caught:
        enter(database, code=code)
    assert caught.value.code == "wrong_code"


def test_the_clock_of_the_app_may_be_off_by_one_step(database: Database, now: Now) -> None:
    turn_on(database, now)
    now.at += timedelta(minutes=5)
    for steps, is_good in ((-2, False), (2, False), (-1, True), (1, True)):
        code = code_now(database, now, steps)
        if is_good:
            assert enter(database, code=code).name == "Anna"
        else:
            with pytest.raises(UnauthenticatedError):
                enter(database, code=code)


def test_a_recovery_code_stands_in_once(database: Database, now: Now) -> None:
    anna, codes = turn_on(database, now)
    assert len(set(codes)) == 10
    assert enter(database, code=codes[0].upper()).name == "Anna"
    with pytest.raises(UnauthenticatedError):
        enter(database, code=codes[0])
    with database.session() as session:
        assert second_factor.count_recovery_codes(session, anna.staff_id) == 9
        stored = session.scalars(select(RecoveryCode.code_hash)).all()
    assert all(code.encode() not in each for code in codes for each in stored)


def test_the_ticket_of_the_first_step_is_good_for_five_minutes_and_cannot_be_made_up(
    database: Database, now: Now
) -> None:
    turn_on(database, now)
    guard = SignInGuard(KEY)
    with pytest.raises(SecondFactorError) as asked:
        enter(database, guard)
    ticket = asked.value.ticket
    opened, _ = sign_in_by_ticket(database, guard, ticket=ticket, code=code_now(database, now), caller=HERE)
    assert opened.name == "Anna"
    staff_id, expires, signature = ticket.split(".")
    forged = [f"stf_other.{expires}.{signature}", f"{staff_id}.{int(expires) + 1}.{signature}", "", "a.b.c", "а.1.ю"]
    for wrong in forged:
        with pytest.raises(UnauthenticatedError) as caught:
            sign_in_by_ticket(database, guard, ticket=wrong, code="1", caller=HERE)
        assert caught.value.code == "ticket_over"
    now.at += timedelta(minutes=5)
    with pytest.raises(UnauthenticatedError) as caught:
        sign_in_by_ticket(database, guard, ticket=ticket, code=code_now(database, now), caller=HERE)
    assert caught.value.code == "ticket_over"


def test_codes_cannot_be_guessed_in_a_row(database: Database, now: Now) -> None:
    turn_on(database, now)
    guard = SignInGuard(KEY)
    with pytest.raises(SecondFactorError) as asked:
        enter(database, guard)
    for _ in range(10):
        with pytest.raises(UnauthenticatedError):
            sign_in_by_ticket(database, guard, ticket=asked.value.ticket, code="000000", caller=HERE)
    with pytest.raises(TooManyRequestsError):
        sign_in_by_ticket(database, guard, ticket=asked.value.ticket, code="000000", caller=HERE)


def test_a_secret_is_confirmed_before_it_counts_and_goes_away_with_its_codes(database: Database, now: Now) -> None:
    anna = enter(database)
    with database.transaction() as session:
        second_factor.begin(session, anna, KEY)
        with pytest.raises(InvalidError):
            second_factor.confirm(session, anna, KEY, "000000")
    assert enter(database).name == "Anna"
    turn_on(database, now)
    with database.transaction() as session:
        with pytest.raises(ConflictError):
            second_factor.begin(session, anna, KEY)
        second_factor.remove(session, anna.actor, anna.staff_id)
    assert enter(database).name == "Anna"
    with database.session() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
