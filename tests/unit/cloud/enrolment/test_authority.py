"""The online authority signs what it decides itself, for keys whose possession is proven."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cloud.enrolment import authority as subject
from cloud.enrolment.authority import AuthorityUnusableError, CertificateRequestRefusedError, OnlineAuthority
from provisioning.authority import create_authority

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    create_authority(folder, "Club", "a long passphrase", NOW)
    return folder


def request_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    subject_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tornello-cloud")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(subject_name).sign(key, algorithm)
    return request.public_bytes(serialization.Encoding.PEM).decode()


def test_a_gateway_certificate_says_what_the_authority_wants_not_what_the_request_says(folder: Path) -> None:
    online = OnlineAuthority.load(folder)
    public_key = subject.read_request(request_pem(ec.generate_private_key(ec.SECP256R1())))
    pem = online.issue(public_key, subject.gateway_profile("sit_1", "gwy_1"), NOW)
    leaf, intermediate = x509.load_pem_x509_certificates(pem.encode())
    assert leaf.subject.rfc4514_string() == "CN=gwy_1"
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:tornello:site:sit_1:gateway:gwy_1"]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert leaf.not_valid_after_utc - NOW == timedelta(days=90)
    assert leaf.not_valid_before_utc < NOW
    leaf.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(online.root)


def test_the_intermediate_can_make_no_further_authority(folder: Path) -> None:
    intermediate = x509.load_pem_x509_certificate((folder / "intermediate.pem").read_bytes())
    constraints = intermediate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["rsa", "ed25519", "p384"],
)
def test_only_p256_is_accepted(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    with pytest.raises(CertificateRequestRefusedError, match="P-256"):
        subject.read_request(request_pem(key))


def test_a_request_that_its_key_did_not_sign_is_refused() -> None:
    mine, stolen = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    request = x509.load_pem_x509_csr(request_pem(mine).encode()).public_bytes(serialization.Encoding.DER)
    forged = request.replace(mine.public_key().public_bytes(*form), stolen.public_key().public_bytes(*form))
    pem = x509.load_der_x509_csr(forged).public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(CertificateRequestRefusedError, match="own key"):
        subject.read_request(pem)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        "x" * 9000,
        "\udcff",
    ],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(CertificateRequestRefusedError):
        subject.read_request(text)


def test_a_server_certificate_names_hosts_and_addresses(folder: Path) -> None:
    profile = subject.server_profile(["localhost"], ["127.0.0.1"], timedelta(days=1))
    pem = OnlineAuthority.load(folder).issue(ec.generate_private_key(ec.SECP256R1()).public_key(), profile, NOW)
    names = x509.load_pem_x509_certificate(pem.encode()).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.value.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    with pytest.raises(ValueError, match="name or address"):
        subject.server_profile([], [], timedelta(days=1))


def test_a_leaf_never_outlives_its_intermediate(folder: Path) -> None:
    late = NOW + timedelta(days=5 * 365 - 10)
    profile = subject.gateway_profile("sit_1", "gwy_1")
    pem = OnlineAuthority.load(folder).issue(ec.generate_private_key(ec.SECP256R1()).public_key(), profile, late)
    leaf, intermediate = x509.load_pem_x509_certificates(pem.encode())
    assert leaf.not_valid_after_utc == intermediate.not_valid_after_utc


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "root.pem").unlink(), "authority create"),
        (lambda folder: (folder / "root.pem").write_text("no"), "not a PEM certificate"),
        (lambda folder: (folder / "intermediate-key.pem").write_text("no"), "private key"),
    ],
    ids=["missing", "no certificate", "no key"],
)
def test_an_unusable_folder_is_named(tmp_path: Path, spoil: object, message: str) -> None:
    create_authority(tmp_path, "Club", "a long passphrase", NOW)
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(AuthorityUnusableError, match=message):
        OnlineAuthority.load(tmp_path)


def test_files_of_two_authorities_do_not_fit(tmp_path: Path, folder: Path) -> None:
    create_authority(tmp_path, "Other", "a long passphrase", NOW)
    (tmp_path / "intermediate-key.pem").write_bytes((folder / "intermediate-key.pem").read_bytes())
    with pytest.raises(AuthorityUnusableError, match="does not fit"):
        OnlineAuthority.load(tmp_path)
    for name in ("intermediate.pem", "intermediate-key.pem"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(AuthorityUnusableError, match="did not sign"):
        OnlineAuthority.load(tmp_path)
