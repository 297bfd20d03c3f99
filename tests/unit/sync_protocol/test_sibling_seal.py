"""A sibling is believed by its certificate, for itself alone, and for the topic it has signed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.enrolment.authority import LeafProfile, OnlineAuthority, client_profile, gateway_profile
from provisioning.authority import create_authority
from sync_protocol.errors import MalformedMessageError, SignatureInvalidError
from sync_protocol.sibling_seal import SEALED_BYTES_MAX, SiblingVerifier, chain_of, seal
from sync_protocol.topics import SideTopic

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC = SideTopic("sit_a", "gwy_b", "gwy_a")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OnlineAuthority:
    return create_authority(tmp_path_factory.mktemp("ca"), "Club", "a long passphrase", NOW - timedelta(days=1))


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> OnlineAuthority:
    return create_authority(tmp_path_factory.mktemp("ca"), "Other", "a long passphrase", NOW - timedelta(days=1))


def sealed(authority: OnlineAuthority, profile: LeafProfile, topic: SideTopic = TOPIC, at: datetime = NOW) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    certificates = chain_of(authority.issue(key.public_key(), profile, at))
    return seal(
        str(topic), b"anna", certificates=certificates, sign=lambda raw: key.sign(raw, ec.ECDSA(hashes.SHA256()))
    )


def test_what_a_gateway_has_sealed_is_opened_at_its_siblings(authority: OnlineAuthority) -> None:
    verifier = SiblingVerifier(authority.bundle_pem)
    data = sealed(authority, gateway_profile("sit_a", "gwy_a"))
    assert verifier.open(TOPIC, data, NOW) == b"anna"
    assert verifier.open(TOPIC, data, NOW) == b"anna"


@pytest.mark.parametrize(
    "profile",
    [
        gateway_profile("sit_a", "gwy_x"),
        gateway_profile("sit_b", "gwy_a"),
        client_profile("tornello-cloud", timedelta(days=1)),
    ],
)
def test_nobody_speaks_for_another(authority: OnlineAuthority, profile: LeafProfile) -> None:
    with pytest.raises(SignatureInvalidError):
        SiblingVerifier(authority.bundle_pem).open(TOPIC, sealed(authority, profile), NOW)


def test_a_certificate_of_another_authority_is_not_believed(
    authority: OnlineAuthority, other_authority: OnlineAuthority
) -> None:
    data = sealed(other_authority, gateway_profile("sit_a", "gwy_a"))
    with pytest.raises(SignatureInvalidError, match="does not vouch"):
        SiblingVerifier(authority.bundle_pem).open(TOPIC, data, NOW)


def test_an_expired_certificate_is_not_believed_also_when_it_was_known(authority: OnlineAuthority) -> None:
    verifier = SiblingVerifier(authority.bundle_pem)
    data = sealed(authority, gateway_profile("sit_a", "gwy_a"))
    verifier.open(TOPIC, data, NOW)
    with pytest.raises(SignatureInvalidError):
        verifier.open(TOPIC, data, NOW + timedelta(days=3650))


def test_it_cannot_be_sent_on_to_another_or_altered(authority: OnlineAuthority) -> None:
    verifier = SiblingVerifier(authority.bundle_pem)
    data = sealed(authority, gateway_profile("sit_a", "gwy_a"))
    with pytest.raises(SignatureInvalidError):
        verifier.open(replace(TOPIC, receiver_id="gwy_c"), data, NOW)
    with pytest.raises(SignatureInvalidError):
        verifier.open(TOPIC, data.replace(b"anna", b"dino"), NOW)


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x94\x01\x90\xc4\x00\xc4\x00", b"x" * (SEALED_BYTES_MAX + 1)])
def test_other_bytes_are_refused(authority: OnlineAuthority, data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        SiblingVerifier(authority.bundle_pem).open(TOPIC, data, NOW)


def test_a_file_without_a_certificate_makes_no_chain(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PEM"):
        chain_of("")


@pytest.mark.parametrize("version", [3, 0x42])
def test_a_certificate_of_a_version_that_nobody_knows_is_refused_and_stops_nothing(
    authority: OnlineAuthority, version: int
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (leaf, *others) = chain_of(authority.issue(key.public_key(), gateway_profile("sit_a", "gwy_a"), NOW))
    altered = leaf.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01" + bytes([version]), 1)
    data = seal(str(TOPIC), b"anna", certificates=[altered, *others], sign=lambda _: b"")
    with pytest.raises(SignatureInvalidError, match="does not vouch"):
        SiblingVerifier(authority.bundle_pem).open(TOPIC, data, NOW)
