"""A word counts once, and while its certificate is in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.database import UnitOfWork
from cloud.enrolment import certificates, hearing
from cloud.enrolment.authority import OnlineAuthority, gateway_profile, serial_of
from cloud.enrolment.hearing import HeardBeforeError, NotInForceError
from cloud.enrolment.models import GatewayCertificate
from provisioning.authority import create_authority
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.up_seal import SealedUp, Speaker, read_sealed, seal_up
from tests.club import Club, gateway_of, sqlite_club
from tests.voices import enrol_stranger, stranger

TOPIC = "tornello/1/sit_a/gwy_a/up/hello"


@pytest.fixture
def club() -> Iterator[Club]:
    with sqlite_club() as club:
        yield club


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OnlineAuthority:
    return create_authority(tmp_path_factory.mktemp("ca"), "Club", "a long passphrase", datetime.now(UTC))


@pytest.fixture
def place(club: Club) -> tuple[str, str]:
    """The ids of a gateway and its certificate."""
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        return gateway_id, enrol_stranger(session, gateway_id).serial


def certificate_of(session: UnitOfWork, serial: str) -> GatewayCertificate:
    found = certificates.find(session, serial)
    assert found is not None
    return found


def issued(authority: OnlineAuthority, gateway_id: str, at: datetime | None = None) -> Speaker:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = authority.issue(key.public_key(), gateway_profile("sit_a", gateway_id), at or datetime.now(UTC))
    leaf = x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER)
    return Speaker(serial_of(pem), leaf, lambda words: key.sign(words, ec.ECDSA(hashes.SHA256())))


def shown(speaker: Speaker) -> SealedUp:
    return read_sealed(TOPIC, seal_up(TOPIC, b"hello", 7, speaker, shows_certificate=True))


def test_each_number_is_heard_once_and_none_below_it(club: Club, place: tuple[str, str]) -> None:
    with club.database.transaction() as session:
        for number in (5, 6, 100):
            hearing.hear(session, *place, number, stream="rest")
        for number in (100, 99, 5, 1):
            with pytest.raises(HeardBeforeError) as refused:
                hearing.hear(session, *place, number, stream="rest")
            assert refused.value.heard_number == 100


def test_what_was_not_committed_was_not_heard(club: Club, place: tuple[str, str]) -> None:
    def fail() -> None:
        with club.database.transaction() as session:
            hearing.hear(session, *place, 5, stream="rest")
            raise KeyError("a fault while dealing with it")

    with pytest.raises(KeyError):
        fail()
    with club.database.transaction() as session:
        hearing.hear(session, *place, 5, stream="rest")


def test_a_certificate_that_is_revoked_or_has_expired_does_not_count(club: Club, place: tuple[str, str]) -> None:
    with club.database.transaction() as session:
        certificate = certificate_of(session, place[1])
        certificate.revoked_at = session.now
        session.flush()
        with pytest.raises(NotInForceError):
            hearing.hear(session, *place, 5, stream="rest")
        certificate.revoked_at, certificate.not_after = None, session.now - timedelta(seconds=1)
        session.flush()
        with pytest.raises(NotInForceError):
            hearing.hear(session, *place, 5, stream="rest")


def test_the_certificate_of_one_gateway_does_not_count_for_another(club: Club, place: tuple[str, str]) -> None:
    other = club.add_gateway(club.add_lane("Lane 2"))
    with club.database.transaction() as session:
        assert hearing.find_key(session, *place) is not None
        assert hearing.find_key(session, other, place[1]) is None
        with pytest.raises(NotInForceError):
            hearing.hear(session, other, place[1], 5, stream="rest")


def test_a_certificate_that_the_cloud_has_forgotten_is_taken_in_again(club: Club, authority: OnlineAuthority) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    speaker = issued(authority, gateway_id)
    leaf = hearing.vouched_certificate(lambda: authority, gateway_id, shown(speaker))
    with club.database.transaction() as session:
        for _ in range(2):
            shown(speaker).open(hearing.take_in(session, gateway_id, leaf))
        hearing.hear(session, gateway_id, speaker.serial, 7, stream="rest")


def test_only_the_holder_of_the_key_has_a_certificate_taken_in(authority: OnlineAuthority) -> None:
    speaker = issued(authority, "gwy_a")
    hearing.vouched_certificate(lambda: authority, "gwy_a", shown(speaker))
    thief = replace(speaker, sign=stranger(3).sign)
    with pytest.raises(SignatureInvalidError):
        hearing.vouched_certificate(lambda: authority, "gwy_a", shown(thief))
    with pytest.raises(SignatureInvalidError):
        hearing.vouched_certificate(lambda: authority, "gwy_a", shown(replace(speaker, serial="1")))


def test_a_certificate_of_another_gateway_or_authority_or_none_is_not_taken_in(authority: OnlineAuthority) -> None:
    for speaker in (issued(authority, "gwy_b"), stranger(4), replace(stranger(4), certificate=b"")):
        with pytest.raises(SignatureInvalidError):
            hearing.vouched_certificate(lambda: authority, "gwy_a", shown(speaker))
    broken = replace(issued(authority, "gwy_a"), certificate=b"\x30\x82")
    with pytest.raises(SignatureInvalidError):
        hearing.vouched_certificate(lambda: authority, "gwy_a", shown(broken))


def test_events_and_all_else_do_not_overtake_each_other(club: Club, place: tuple[str, str]) -> None:
    with club.database.transaction() as session:
        hearing.hear(session, *place, 9, stream="events")
        hearing.hear(session, *place, 8, stream="rest")
        hearing.hear(session, *place, 10, stream="rest")
        with pytest.raises(HeardBeforeError) as refused:
            hearing.hear(session, *place, 9, stream="events")
        assert refused.value.heard_number == 9


def test_an_early_certificate_that_is_taken_in_again_does_not_end_the_one_after_it(
    club: Club, authority: OnlineAuthority
) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    long_ago = datetime.now(UTC) - timedelta(days=40)
    early, late = issued(authority, gateway_id, long_ago), issued(authority, gateway_id)
    for speaker in (late, early):
        leaf = hearing.vouched_certificate(lambda: authority, gateway_id, shown(speaker))
        with club.database.transaction() as session:
            hearing.take_in(session, gateway_id, leaf)
            certificates.note_in_use(session, gateway_of(session, gateway_id), speaker.serial)
    with club.database.session() as session:
        assert certificate_of(session, late.serial).revoked_at is None


def test_who_shows_nonsense_has_the_authority_read_nothing() -> None:
    def unread() -> OnlineAuthority:
        raise AssertionError("the authority was asked")

    thief = replace(stranger(3), sign=stranger(4).sign)
    for speaker in (thief, replace(stranger(3), serial="1"), replace(stranger(3), certificate=b"\x30\x82")):
        with pytest.raises(SignatureInvalidError):
            hearing.vouched_certificate(unread, "gwy_a", shown(speaker))
