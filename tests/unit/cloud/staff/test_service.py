from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from cloud.audit.service import Actor
from cloud.database import Database
from cloud.errors import ConflictError, InvalidError, TooManyRequestsError, UnauthenticatedError
from cloud.staff import service
from cloud.staff.models import Staff, StaffSession
from cloud.staff.service import SESSION_LIFE, SignedIn, StaffDetails
from cloud.staff.signing_in import Caller, SignInGuard
from cloud.staff.signing_in import sign_in as enter
from tests.tables import create_tables

EMAIL, PASSWORD = "anna@club.test", "correct horse battery"
OLD = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)


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
        details = StaffDetails(email=" Anna@Club.test", name="Anna", role="manager", locale="it")
        service.create_staff(session, Actor("system", "test"), details, password=PASSWORD)
    yield database
    database.close()


def sign_in(database: Database, email: str = EMAIL, password: str = PASSWORD) -> tuple[SignedIn, str]:
    return enter(database, SignInGuard(), email=email, password=password, caller=Caller(address="192.0.2.1"))


def find(database: Database, token: str) -> SignedIn | None:
    with database.session() as session:
        return service.find_signed_in(session, token, request_id="r1")


def test_a_token_tells_who_is_signed_in(database: Database) -> None:
    opened, token = sign_in(database, "ANNA@club.test ")
    found = find(database, token)
    assert found is not None
    assert (found.name, found.email, found.locale, found.role) == ("Anna", EMAIL, "it", "manager")
    assert found.csrf_token == opened.csrf_token
    assert found.actor == Actor("staff", opened.staff_id, "r1")
    assert found.may("contracts.write")
    assert not found.may("gateways.enrol")


def test_a_session_ends_by_time_by_sign_out_and_with_the_job(database: Database, now: Now) -> None:
    _, old = sign_in(database)
    now.at += SESSION_LIFE - timedelta(seconds=1)
    assert find(database, old) is not None
    opened, token = sign_in(database)
    now.at += timedelta(seconds=1)
    assert find(database, old) is None
    with database.transaction() as session:
        service.sign_out(session, opened)
    assert find(database, token) is None
    _, last = sign_in(database)
    with database.transaction() as session:
        session.execute(update(Staff).values(is_active=False))
    assert find(database, last) is None
    with pytest.raises(UnauthenticatedError):
        sign_in(database)


def test_neither_token_nor_password_rests_in_the_database(database: Database) -> None:
    _, token = sign_in(database)
    with database.session() as session:
        for model in (Staff, StaffSession):
            row = session.scalars(select(model)).one()
            stored = repr([getattr(row, column.key) for column in model.__table__.columns])
            assert token not in stored
            assert PASSWORD not in stored


def test_sessions_long_over_are_forgotten(database: Database, now: Now) -> None:
    sign_in(database)
    now.at += 3 * SESSION_LIFE
    sign_in(database)
    with database.session() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 1


def test_an_old_hash_is_renewed_at_sign_in(database: Database) -> None:
    weak = OLD.hash(PASSWORD)
    with database.transaction() as session:
        session.execute(update(Staff).values(password_hash=weak))
    sign_in(database)
    with database.session() as session:
        assert session.scalars(select(Staff.password_hash)).one() != weak
    sign_in(database)


def test_guessing_is_limited_by_name_and_by_address() -> None:
    guard = SignInGuard()
    for number in range(10):
        guard.admit(EMAIL, f"192.0.2.{number}")
    with pytest.raises(TooManyRequestsError) as caught:
        guard.admit(EMAIL, "192.0.2.99")
    assert caught.value.retry_after_s == 300
    guard.welcome(EMAIL)
    guard.admit(EMAIL, "192.0.2.99")
    for number in range(49):
        guard.admit(f"{number}@club.test", "192.0.2.99") if number < 48 else None
    with pytest.raises(TooManyRequestsError):
        guard.admit("other@club.test", "192.0.2.99")


def test_an_e_mail_address_belongs_to_one_person(database: Database) -> None:
    details = StaffDetails(email="ANNA@club.test", name="Other", role="installer")
    with database.transaction() as session, pytest.raises(ConflictError):
        service.create_staff(session, Actor("system", "test"), details, password=PASSWORD)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "anna"),
        ("email", "a\x00@b.c"),
        ("name", "  "),
        ("name", "a" * 201),
        ("role", "nobody"),
        ("locale", "fr"),
        ("password", "short"),
        ("password", "a" * 201),
    ],
)
def test_details_that_cannot_be_are_named(database: Database, field: str, value: str) -> None:
    values = {"email": "b@club.test", "name": "B", "role": "manager", "password": PASSWORD} | {field: value}
    password = values.pop("password")
    with database.transaction() as session, pytest.raises(InvalidError) as caught:
        service.create_staff(session, Actor("system", "test"), StaffDetails(**values), password=password)
    assert [error.field for error in caught.value.errors] == [field]


def test_what_no_database_takes_is_left_out(database: Database) -> None:
    enter(
        database,
        SignInGuard(),
        email=EMAIL,
        password=PASSWORD,
        caller=Caller(address="", user_agent="\x00 Firefox \udcff" + "a" * 300),
    )
    with database.session() as session:
        assert session.scalars(select(StaffSession.user_agent)).one() == " Firefox " + "a" * 191
    with pytest.raises(UnauthenticatedError):
        sign_in(database, "\x00\ud800")


def test_staff_choose_their_language(database: Database) -> None:
    opened, token = sign_in(database)
    with database.transaction() as session:
        service.change_locale(session, opened, "ru")
    found = find(database, token)
    assert found is not None
    assert found.locale == "ru"
    with database.session() as session:
        assert service.names_of(session, {opened.staff_id, "stf_none"}) == {opened.staff_id: "Anna"}
