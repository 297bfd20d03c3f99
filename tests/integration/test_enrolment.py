"""The gateway's side of enrolment against a real HTTPS server: what is believed, what is stored, what is said."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.cloud_https import AuthorityMismatchError, CloudUnreachableError, EnrolmentError
from gateway.enrolment import (
    EnrolmentRefusedError,
    GrantMalformedError,
    TokenMalformedError,
    enrol,
)
from gateway.identity import IdentityError, load_identity, tls_files
from mqtt_client.tls import client_context
from tests.certificates import Authority
from tests.enrolment_server import SECRET, enrolment_server, token_for


def test_a_token_becomes_an_identity_that_can_be_used(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        identity = enrol(server.url, token_for(server.authority) + "\n", tmp_path / "state")
    assert load_identity(tmp_path / "state") == identity
    assert (identity.gateway_id, identity.site_name, identity.broker_port) == ("gwy_a", "Клуб", 8883)
    assert (identity.credential_key, identity.signing_keys) == (b"\x22" * 32, {"0123456789abcdef": b"\x11" * 32})
    files = tls_files(tmp_path / "state")
    client_context(files)
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert certificate.public_key() == load_pem_private_key(files.key.read_bytes(), None).public_key()


def test_the_cloud_s_address_is_kept_for_the_renewal_and_what_a_renewal_left_behind_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "identity"
    folder.mkdir(parents=True)
    (folder / "next-key.pem").touch()
    with enrolment_server(tmp_path) as server:
        enrol(server.url, token_for(server.authority), tmp_path / "state")
        assert load_identity(tmp_path / "state").cloud_url == server.url
    assert not (folder / "next-key.pem").exists()


def test_what_is_stored_is_readable_by_nobody_else(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        enrol(server.url, token_for(server.authority), tmp_path / "state")
    folder = tmp_path / "state" / "identity"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        ("authority.pem", "certificate.pem", "identity.json", "key.pem"), 0o600
    )


def test_the_identity_says_nothing_secret_in_a_log(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        identity = enrol(server.url, token_for(server.authority), tmp_path / "state")
    assert "22" * 32 not in repr(identity)
    assert "\\x22" not in repr(identity)


def test_a_repeat_uses_the_same_key(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        server.refusal = (500, b"power cut")
        with pytest.raises(EnrolmentRefusedError):
            enrol(server.url, token_for(server.authority), tmp_path / "state")
        key = tls_files(tmp_path / "state").key.read_bytes()
        server.refusal = None
        enrol(server.url, token_for(server.authority), tmp_path / "state")
        enrol(server.url, token_for(server.authority), tmp_path / "state")
        assert tls_files(tmp_path / "state").key.read_bytes() == key
        assert len(set(server.public_keys)) == 1


@pytest.mark.parametrize("token", ["", "tc1", f"tc1.{SECRET}", f"tc2.{SECRET}.{'0' * 32}", f"tc1.{SECRET}.{'0' * 31}"])
def test_a_text_that_is_no_token_is_refused_before_anybody_is_asked(tmp_path: Path, token: str) -> None:
    with pytest.raises(TokenMalformedError):
        enrol("https://localhost:1", token, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_authority_that_the_token_does_not_vouch_for_gets_no_token(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        stranger = Authority.create(tmp_path / "other")
        with pytest.raises(AuthorityMismatchError, match="in between"):
            enrol(server.url, token_for(stranger), tmp_path / "state")
        assert server.public_keys == []


def test_somebody_who_shows_the_right_authority_without_belonging_to_it_gets_no_token(tmp_path: Path) -> None:
    with enrolment_server(tmp_path, certificate_of=Authority.create(tmp_path / "other")) as server:
        with pytest.raises(AuthorityMismatchError, match="cannot prove"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")
        assert server.public_keys == []


def test_a_name_that_is_not_in_the_certificate_is_not_believed(tmp_path: Path) -> None:
    with enrolment_server(tmp_path, host="127.0.0.2") as server:
        with pytest.raises(AuthorityMismatchError, match="mismatch"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")
        assert server.public_keys == []


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "unknown"), (403, "https"), (409, "another key"), (410, "expired"), (422, "accept"), (429, "wait")],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, status: int, advice: str) -> None:
    with enrolment_server(tmp_path) as server:
        server.refusal = (status, b'{"title": "No", "detail": "because"}')
        with pytest.raises(EnrolmentRefusedError, match=f"{advice}.*{status}: because") as refused:
            enrol(server.url, token_for(server.authority), tmp_path / "state")
        assert refused.value.status == status


@pytest.mark.parametrize("answer", [b"", b"\xff", b"[]", b'"text"', b"<html>"])
def test_a_refusal_in_any_form_is_understood(tmp_path: Path, answer: bytes) -> None:
    with enrolment_server(tmp_path) as server:
        server.refusal = (502, answer)
        with pytest.raises(EnrolmentRefusedError):
            enrol(server.url, token_for(server.authority), tmp_path / "state")


@pytest.mark.parametrize(
    "change",
    [
        {"gateway_id": ""},
        {"broker_port": 0},
        {"broker_port": "8883"},
        {"signing_keys": {}},
        {"credential_key": "zz"},
        {"certificate_pem": "nothing"},
        {"authority_pem": None},
    ],
)
def test_a_grant_that_cannot_be_used_changes_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    with enrolment_server(tmp_path) as server:
        before = enrol(server.url, token_for(server.authority), tmp_path / "state")
        server.change = change
        with pytest.raises(GrantMalformedError):
            enrol(server.url, token_for(server.authority), tmp_path / "state")
    assert load_identity(tmp_path / "state") == before
    client_context(tls_files(tmp_path / "state"))


def test_a_certificate_for_another_key_is_not_taken(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        server.change = {"certificate_pem": server.authority.issue("other").certificate.read_text()}
        with pytest.raises(GrantMalformedError, match="another key"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "localhost", "https://", "https://localhost:x", "https://localhost:1"]
)
def test_an_address_where_nobody_answers_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(CloudUnreachableError):
        enrol(url, f"tc1.{SECRET}.{'0' * 32}", tmp_path)


def test_a_server_that_is_not_the_cloud_is_named(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        server.shown_authority = b"<html>welcome to the router</html>"
        with pytest.raises(CloudUnreachableError, match="is it the cloud"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")
        server.shown_authority = b"x" * 100_000
        with pytest.raises(CloudUnreachableError, match="more than"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    with enrolment_server(tmp_path) as server:
        enrol(server.url, token_for(server.authority), tmp_path / "state")
        tls_files(tmp_path / "state").key.write_bytes(b"rubbish")
        with pytest.raises(EnrolmentError, match=r"key\.pem is damaged"):
            enrol(server.url, token_for(server.authority), tmp_path / "state")


def test_a_gateway_that_was_never_enrolled_says_how(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="tornello-gateway enrol"):
        load_identity(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"site_id": 3}', b"null"])
def test_a_damaged_identity_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "identity.json").write_bytes(content)
    with pytest.raises(IdentityError, match="enrol this gateway again"):
        load_identity(tmp_path)
