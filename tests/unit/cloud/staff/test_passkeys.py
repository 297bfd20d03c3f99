"""Passkeys with real signatures: made, used, counted, refused."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor
from cloud.database import Database
from cloud.errors import CloudError, ConflictError, InvalidError, TooManyRequestsError, UnauthenticatedError
from cloud.staff import employment, passkeys, service
from cloud.staff.models import StaffPasskey
from cloud.staff.passkey_challenges import challenge_of, new_ticket, spend
from cloud.staff.passkey_sign_in import request_options, sign_in_by_passkey
from cloud.staff.relying_party import RelyingParty, relying_party
from cloud.staff.service import SignedIn, StaffDetails
from cloud.staff.signing_in import Caller, SignInGuard, sign_in
from tests.authenticator import PRESENT, Authenticator, to_text
from tests.integration.club import make_settings
from tests.tables import create_tables

EMAIL, PASSWORD = "anna@club.test", "correct horse battery"
KEY = bytes(range(32))
HERE = Caller(address="192.0.2.1")
PARTY = RelyingParty("https://club.example", "club.example")


class Desk:
    """A database with Anna, a clock that stands until it is moved, and the ways of a browser."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, 8, tzinfo=UTC)
        self.database = Database("sqlite://", dispatch=lambda session, event: None, clock=lambda: self.at)
        create_tables(self.database)
        with self.database.transaction() as session:
            for name, email, role in (("Anna", EMAIL, "manager"), ("Olga", "olga@club.test", "owner")):
                details = StaffDetails(email=email, name=name, role=role)
                service.create_staff(session, Actor("system", "test"), details, password=PASSWORD)
        self.guard = SignInGuard(KEY)
        self.anna = self.by_password(EMAIL)

    def by_password(self, email: str) -> SignedIn:
        return sign_in(self.database, self.guard, email=email, password=PASSWORD, caller=HERE)[0]

    def make(self, device: Authenticator, who: SignedIn | None = None, *, name: str = "Laptop") -> StaffPasskey:
        who = who or self.anna
        ticket = new_ticket(self.at)
        challenge = challenge_of(KEY, "register", who.session_id, ticket)
        with self.database.transaction() as session:
            answer = device.create(passkeys.creation_options(session, who, PARTY, challenge))
            assert spend(session, challenge, ticket)
            return passkeys.register(session, who, PARTY, challenge, name=name, answer=answer)

    def ask(self) -> tuple[str, str]:
        ticket = new_ticket(self.at)
        return ticket, request_options(PARTY, challenge_of(KEY, "sign_in", "", ticket))

    def enter(self, device: Authenticator, **changes: Any) -> SignedIn:
        ticket, options = self.ask()
        return self.give(ticket, device.get(options, **changes))

    def give(self, ticket: str, answer: str, party: RelyingParty = PARTY) -> SignedIn:
        return sign_in_by_passkey(self.database, self.guard, party, ticket=ticket, answer=answer, caller=HERE)[0]

    def refusal(self, device: Authenticator, **changes: Any) -> str:
        with pytest.raises(UnauthenticatedError) as caught:
            self.enter(device, **changes)
        return caught.value.code

    def acts(self) -> list[str]:
        with self.database.session() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.database.close()


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(PARTY.origin)


@pytest.mark.parametrize("count", [1, None])
def test_a_passkey_signs_in_without_name_password_and_code(desk: Desk, count: int | None) -> None:
    device = Authenticator(PARTY.origin, count)
    made = desk.make(device)
    assert (made.name, made.last_used_at) == ("Laptop", None)
    desk.at += timedelta(hours=1)
    assert [desk.enter(device).name for _ in range(2)] == ["Anna", "Anna"]
    with desk.database.session() as session:
        (shown,) = passkeys.list_of(session, desk.anna.staff_id)
    assert shown.last_used_at == desk.at
    assert "staff.passkey_add" in desk.acts()


def test_an_authenticator_that_did_not_check_its_person_is_refused(desk: Desk) -> None:
    lax = Authenticator(PARTY.origin, flags=PRESENT)
    with pytest.raises(InvalidError) as caught:
        desk.make(lax)
    assert caught.value.code == "passkey_refused"
    device = Authenticator(PARTY.origin)
    desk.make(device)
    device.flags = PRESENT
    assert desk.refusal(device) == "passkey_refused"


def test_a_challenge_is_good_once_and_for_five_minutes(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    ticket, options = desk.ask()
    assert desk.give(ticket, device.get(options)).name == "Anna"
    with pytest.raises(UnauthenticatedError) as caught:
        desk.give(ticket, device.get(options))
    assert caught.value.code == "passkey_over"
    ticket, options = desk.ask()
    desk.at += timedelta(minutes=5)
    with pytest.raises(UnauthenticatedError) as caught:
        desk.give(ticket, device.get(options))
    assert caught.value.code == "passkey_over"


def test_a_challenge_is_of_one_browser_and_cannot_be_made_up(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    (_, options), (other, _) = desk.ask(), desk.ask()
    with pytest.raises(UnauthenticatedError) as caught:
        desk.give(other, device.get(options))
    assert caught.value.code == "passkey_refused"
    for forged in ("", "1.x", "99999999999999.x", f"{int(desk.at.timestamp()) + 9999}.x", "²³.x", "\ud800"):
        with pytest.raises(UnauthenticatedError) as caught:
            desk.give(forged, device.get(options))
        assert caught.value.code == "passkey_over"


def test_a_challenge_of_another_session_makes_no_passkey(desk: Desk, device: Authenticator) -> None:
    ticket = new_ticket(desk.at)
    with desk.database.transaction() as session:
        foreign = challenge_of(KEY, "register", "ses_other", ticket)
        answer = device.create(passkeys.creation_options(session, desk.anna, PARTY, foreign))
        own = challenge_of(KEY, "register", desk.anna.session_id, ticket)
        with pytest.raises(InvalidError):
            passkeys.register(session, desk.anna, PARTY, own, name="Laptop", answer=answer)


def test_another_address_is_refused(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    device.origin = "https://club.example.evil.test"
    assert desk.refusal(device) == "passkey_refused"
    device.origin = PARTY.origin
    ticket, options = desk.ask()
    elsewhere = json.dumps(json.loads(options) | {"rpId": "evil.test"})
    with pytest.raises(UnauthenticatedError):
        desk.give(ticket, device.get(elsewhere))


def test_a_counter_that_went_back_is_refused_and_written_down(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    desk.enter(device)
    assert device.count is not None
    device.count -= 1
    assert desk.refusal(device) == "passkey_copied"
    assert desk.acts()[-1] == "staff.passkey_copied"
    before = len(desk.acts())
    device.count = 1
    wrong = to_text(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    assert desk.refusal(device, signature=wrong) == "passkey_refused", "unproven, it tells nothing"
    assert len(desk.acts()) == before


def test_who_it_belongs_to_cannot_be_changed(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    olga = desk.by_password("olga@club.test")
    assert desk.refusal(device, userHandle=to_text(olga.staff_id.encode())) == "passkey_refused"
    assert desk.refusal(Authenticator(PARTY.origin, handle=device.handle)) == "passkey_refused"
    with pytest.raises(ConflictError):
        desk.make(device, olga)


def test_it_is_removed_by_whom_it_belongs_to_alone(desk: Desk, device: Authenticator) -> None:
    made = desk.make(device)
    olga = desk.by_password("olga@club.test")
    with desk.database.transaction() as session:
        with pytest.raises(CloudError):
            passkeys.remove(session, olga, made.id)
        passkeys.remove(session, desk.anna, made.id)
    assert desk.refusal(device) == "passkey_refused"
    assert desk.acts()[-1] == "staff.passkey_remove"


def test_who_leaves_or_gets_a_new_password_signs_in_with_it_no_more(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    olga = desk.by_password("olga@club.test")
    with desk.database.transaction() as session:
        employment.set_active(session, olga, desk.anna.staff_id, is_active=False)
    assert desk.refusal(device) == "passkey_refused"
    with desk.database.transaction() as session:
        employment.set_active(session, olga, desk.anna.staff_id, is_active=True)
        employment.set_password(session, olga, desk.anna.staff_id, "another good password")
        assert passkeys.list_of(session, desk.anna.staff_id) == []
    assert desk.refusal(device) == "passkey_refused"


def test_there_is_a_bound_and_each_has_a_name(desk: Desk) -> None:
    with pytest.raises(InvalidError):
        desk.make(Authenticator(PARTY.origin), name=" ")
    for _ in range(passkeys.PASSKEYS_MAX):
        desk.make(Authenticator(PARTY.origin))
    with pytest.raises(ConflictError):
        desk.make(Authenticator(PARTY.origin))


def test_attempts_are_limited(desk: Desk, device: Authenticator) -> None:
    desk.make(device)
    for _ in range(10):
        assert desk.refusal(device, signature="") == "passkey_refused"
    with pytest.raises(TooManyRequestsError):
        desk.enter(device)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=st.sampled_from(["id", "response", "type", "rawId", *range(4)]), value=ANY_JSON | st.binary().map(to_text))
def test_what_no_authenticator_says_is_refused(desk: Desk, device: Authenticator, part: str | int, value: Any) -> None:
    desk.guard = SignInGuard(KEY)
    if not device.handle:
        desk.make(device)
    ticket, options = desk.ask()
    made, proof = json.loads(device.create(_creation(desk))), json.loads(device.get(options))
    for answer in (made, proof):
        where = answer if isinstance(part, str) else answer["response"]
        where[part if isinstance(part, str) else list(where)[part % len(where)]] = value
    with desk.database.transaction() as session, pytest.raises(InvalidError):
        passkeys.register(session, desk.anna, PARTY, b"x" * 32, name="x", answer=json.dumps(made))
    with pytest.raises(UnauthenticatedError):
        desk.give(ticket, json.dumps(proof))


def _creation(desk: Desk) -> str:
    with desk.database.session() as session:
        return passkeys.creation_options(session, desk.anna, PARTY, b"x" * 32)


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{", "[" * 15_000, "{}", '{"id": 5, "response": {}}', "x" * 30_000]
)
def test_what_is_no_answer_is_refused(desk: Desk, answer: str) -> None:
    with pytest.raises(UnauthenticatedError) as caught:
        desk.give(desk.ask()[0], answer)
    assert caught.value.code == "passkey_refused"


def test_passkeys_belong_to_the_address_of_the_settings_or_to_this_machine() -> None:
    told = make_settings(public_url="https://club.example:8443")
    assert relying_party(told, "http://evil.test/") == RelyingParty("https://club.example:8443", "club.example")
    here = relying_party(make_settings(), "http://localhost:8080/account")
    assert here == RelyingParty("http://localhost:8080", "localhost")
    assert relying_party(make_settings(), "http://127.0.0.1:8080/account") is None
    assert relying_party(make_settings(), "https://club.example/account") is None
