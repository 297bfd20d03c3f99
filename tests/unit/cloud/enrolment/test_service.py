"""A claim token is good once, for one device, for a day; the same device may ask again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from cloud import bus
from cloud.audit.models import AuditEntry
from cloud.database import Database
from cloud.enrolment import certificates, service
from cloud.enrolment.authority import OnlineAuthority, serial_of
from cloud.enrolment.models import ClaimToken
from cloud.enrolment.schemas import EnrolmentGrant
from cloud.enrolment.service import NewToken
from cloud.errors import ConflictError, GoneError, InvalidError, NotFoundError, UnauthenticatedError
from cloud.settings import Address, Settings
from cloud.sites import service as sites
from provisioning.authority import create_authority
from sync_protocol.signing import key_id_of
from tests.club import SECRET, Club
from tests.tables import create_tables


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """A club with an authority: gives tokens out and takes them back."""

    def __init__(self, folder: Path, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.authority = create_authority(folder, "Club", "a long passphrase", clock())
        self.club = Club.found(database)
        self.lane_id = self.club.add_lane()
        nowhere = Address("127.0.0.1", 0)
        self.settings = Settings(
            database_url="sqlite://",
            secret=SECRET,
            authority_dir=folder,
            broker=nowhere,
            broker_certificate=None,
            broker_key=None,
            listen=nowhere,
            tls_listen=None,
            tls_certificate=None,
            tls_key=None,
            public_broker=Address("club.example", 8883),
        )

    def token(self) -> NewToken:
        with self.club.database.transaction() as session:
            return service.create_claim_token(session, self.club.actor, self.lane_id, self.authority)

    def enrol(self, token: str, csr_pem: str) -> EnrolmentGrant:
        with self.club.database.transaction() as session:
            return service.enrol(session, self.settings, self.authority, token_text=token, csr_pem=csr_pem)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    database = Database("sqlite://", dispatch=bus.dispatch, clock=clock)
    create_tables(database)
    yield Desk(tmp_path, database, clock)
    database.close()


def new_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def test_a_token_becomes_a_gateway_with_everything_it_needs(desk: Desk) -> None:
    grant = desk.enrol(desk.token().text, new_request())
    with desk.club.database.session() as session:
        gateway = sites.find_gateway_of_lane(session, desk.lane_id)
        site = sites.get_site(session, desk.club.site_id)
        signer = sites.site_signer(site, SECRET)
    assert gateway is not None
    assert (grant.gateway_id, gateway.certificate_serial) == (gateway.id, serial_of(grant.certificate_pem))
    assert grant.signing_keys == {key_id_of(signer.public_key): signer.public_key.hex()}
    assert grant.credential_key == site.credential_key.hex()
    assert (grant.broker_host, grant.broker_port, grant.site_name) == ("club.example", 8883, "Club")


def test_a_token_names_the_root_that_the_device_shall_trust(desk: Desk) -> None:
    prefix, secret, fingerprint = desk.token().text.split(".")
    assert (prefix, len(secret)) == ("tc1", 26)
    assert fingerprint == OnlineAuthority.load(desk.settings.authority_dir or Path()).fingerprint


def test_the_same_device_may_repeat_its_request(desk: Desk) -> None:
    token, request = desk.token().text, new_request()
    first = desk.enrol(token, request)
    desk.clock.now += timedelta(hours=23)
    assert desk.enrol(token, request) == first


def test_another_device_cannot_use_the_token_again(desk: Desk) -> None:
    token = desk.token().text
    desk.enrol(token, new_request())
    with pytest.raises(ConflictError):
        desk.enrol(token, new_request())


@pytest.mark.parametrize("is_used", [False, True], ids=["fresh", "used"])
def test_a_token_is_good_for_a_day(desk: Desk, is_used: bool) -> None:
    token, request = desk.token().text, new_request()
    if is_used:
        desk.enrol(token, request)
    desk.clock.now += timedelta(hours=24)
    with pytest.raises(GoneError):
        desk.enrol(token, request)


@pytest.mark.parametrize("text", ["", "tc1.x.y", "tc1." + "a" * 26 + "." + "0" * 32, "\udcff\x00"])
def test_an_unknown_token_opens_nothing(desk: Desk, text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        desk.enrol(text, new_request())


def test_a_request_that_is_refused_does_not_cost_the_token(desk: Desk) -> None:
    token = desk.token().text
    with pytest.raises(InvalidError):
        desk.enrol(token, "garbage")
    desk.enrol(token, new_request())


def test_a_later_gateway_takes_the_lane_over(desk: Desk) -> None:
    first = desk.enrol(desk.token().text, new_request())
    second = desk.enrol(desk.token().text, new_request())
    with desk.club.database.session() as session:
        assert [gateway.id for gateway in sites.list_gateways(session)] == [second.gateway_id]
        retired = sites.find_gateway(session, first.gateway_id)
    assert retired is not None
    assert retired.retired_at is not None
    with desk.club.database.session() as session:
        assert set(certificates.revoked_serials(session)) == {serial_of(first.certificate_pem)}


def test_the_database_knows_only_the_token_s_hash_and_the_audit_log_who_made_it(desk: Desk) -> None:
    text = desk.token().text
    desk.enrol(text, new_request())
    secret = text.split(".")[1]
    with desk.club.database.session() as session:
        (stored,) = session.scalars(select(ClaimToken))
        entries = session.scalars(select(AuditEntry)).all()
    assert secret not in repr(vars(stored))
    assert secret not in repr([vars(entry) for entry in entries])
    actions = {entry.action: entry.actor_id for entry in entries}
    assert actions["claim_token.create"] == desk.club.actor.id
    assert actions["gateway.enrol"].startswith("gwy_")


def test_there_is_no_token_for_a_lane_that_does_not_exist(desk: Desk) -> None:
    with pytest.raises(NotFoundError), desk.club.database.transaction() as session:
        service.create_claim_token(session, desk.club.actor, "lan_nowhere", desk.authority)
