"""Enrolment over real TLS against the served cloud: pinned root, one token for one device, nothing in the clear."""

import http.client
import json
import shutil
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloud import bus
from cloud.database import Database
from cloud.enrolment.authority import OnlineAuthority
from cloud.sites import service as sites
from cloud.staff.service import StaffDetails, create_staff
from gateway.cloud_https import EnrolmentError
from gateway.enrolment import enrol
from gateway.identity import load_identity, tls_files
from provisioning.authority import create_authority, issue_server_certificate
from provisioning.claim_token import create_claim_token
from tests.club import Club
from tests.postgresql import PostgresqlServer
from tests.running_cloud import RunningCloud, running_cloud


@dataclass
class Desk:
    """The served cloud, and the means to make tokens."""

    cloud: RunningCloud
    club: Club
    lane_id: str
    folder: Path
    database_url: str

    @property
    def url(self) -> str:
        return f"https://localhost:{self.cloud.port('https')}"

    def token(self) -> str:
        authority = OnlineAuthority.load(self.folder)
        return create_claim_token(self.database_url, self.club.site_id, self.lane_id, authority).text

    def request(
        self, method: str, path: str, body: object = None, *, scheme: str = "https", bearer: str = ""
    ) -> tuple[int, Any]:
        """One request over TLS that trusts the site's root alone, or in the clear."""
        port = self.cloud.port(scheme)
        if scheme == "https":
            context = ssl.create_default_context(cafile=str(self.folder / "root.pem"))
            connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)  # type: ignore[assignment]
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        with closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json else text


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One served cloud for all tests here: starting it is what takes the time."""
    folder = tmp_path_factory.mktemp("enrolment")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "tornello.db")
        url = f"sqlite:///{folder}/tornello.db"
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        server.create("enrolment", template="template")
        url = server.url("enrolment")
    now = datetime.now(UTC)
    create_authority(folder, "Test club", "a long passphrase", now)
    files = issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name="https", now=now)
    database = Database(url, dispatch=bus.dispatch)
    club = Club.found(database)
    environment = {
        "DATABASE_URL": url,
        "AUTHORITY_DIR": str(folder),
        "TLS_LISTEN": "127.0.0.1:0",
        "TLS_CERT": str(files.certificate),
        "TLS_KEY": str(files.key),
        "PUBLIC_BROKER": "broker.club.example:8883",
    }
    with running_cloud(folder, environment, "--no-worker") as cloud:
        yield Desk(cloud, club, club.add_lane("Lane 7"), folder, url)
    database.close()


def new_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def test_a_gateway_enrols_with_its_own_command_and_may_repeat_it(desk: Desk, tmp_path: Path) -> None:
    token, state_dir = desk.token(), tmp_path / "gateway"
    identity = enrol(desk.url, token, state_dir)
    certificate = tls_files(state_dir).certificate.read_text()
    assert enrol(desk.url, token, state_dir) == identity
    assert tls_files(state_dir).certificate.read_text() == certificate
    assert load_identity(state_dir) == identity
    assert (identity.site_id, identity.lane_id, identity.lane_name) == (desk.club.site_id, desk.lane_id, "Lane 7")
    assert (identity.broker_host, identity.broker_port) == ("broker.club.example", 8883)
    with desk.club.database.session() as session:
        gateway = sites.find_gateway_of_lane(session, desk.lane_id)
    leaf = x509.load_pem_x509_certificate(certificate.encode())
    assert gateway is not None
    assert (gateway.id, gateway.certificate_serial) == (identity.gateway_id, f"{leaf.serial_number:x}")


def test_another_device_is_told_that_the_token_is_used(desk: Desk, tmp_path: Path) -> None:
    token = desk.token()
    enrol(desk.url, token, tmp_path / "first")
    with pytest.raises(EnrolmentError):
        enrol(desk.url, token, tmp_path / "second")
    status, problem = desk.request("POST", "/api/v1/enrolment", {"token": token, "csr_pem": new_request()})
    assert (status, problem["type"]) == (409, "urn:tornello:problem:claim_token_used")


def test_a_device_does_not_trust_an_authority_that_is_not_the_token_s(desk: Desk, tmp_path: Path) -> None:
    prefix, secret, fingerprint = desk.token().split(".")
    with pytest.raises(EnrolmentError):
        enrol(desk.url, f"{prefix}.{secret}.{fingerprint[::-1]}", tmp_path / "gateway")
    assert not (tmp_path / "gateway" / "identity" / "certificate.pem").exists()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"token": "tc1.aaaaaaaaaaaaaaaaaaaaaaaaaa.00000000000000000000000000000000"}, 401, "claim_token_unknown"),
        ({"csr_pem": "garbage"}, 422, "csr_refused"),
        ({"csr_pem": None}, 422, "fields_invalid"),
        ({"token": "x" * 201}, 422, "fields_invalid"),
        ({"more": 1}, 422, "fields_invalid"),
    ],
    ids=["unknown token", "bad request", "null", "long token", "unknown field"],
)
def test_what_is_wrong_is_named(desk: Desk, change: dict[str, object], status: int, code: str) -> None:
    body = {"token": desk.token(), "csr_pem": new_request(), **change}
    answer, problem = desk.request("POST", "/api/v1/enrolment", body)
    assert (answer, problem["type"]) == (status, f"urn:tornello:problem:{code}")


def test_nobody_enrols_in_the_clear(desk: Desk) -> None:
    body = {"token": desk.token(), "csr_pem": new_request()}
    status, problem = desk.request("POST", "/api/v1/enrolment", body, scheme="http")
    assert (status, problem["type"]) == (403, "urn:tornello:problem:https_required")


def test_nobody_renews_in_the_clear_or_without_a_proof(desk: Desk) -> None:
    status, answer = desk.request("GET", "/api/v1/enrolment/challenge")
    assert status == 200
    body = {
        "gateway_id": "gwy_1",
        "certificate_pem": (desk.folder / "https.pem").read_text(),
        "challenge": answer["challenge"],
        "csr_pem": new_request(),
        "signature": "AAAA",
    }
    status, problem = desk.request("POST", "/api/v1/enrolment/renewal", body, scheme="http")
    assert (status, problem["type"]) == (403, "urn:tornello:problem:https_required")
    status, problem = desk.request("POST", "/api/v1/enrolment/renewal", body)
    assert (status, problem["type"]) == (401, "urn:tornello:problem:certificate_unknown")
    status, problem = desk.request("POST", "/api/v1/enrolment/renewal", {**body, "certificate_pem": None})
    assert (status, problem["type"]) == (422, "urn:tornello:problem:fields_invalid")


def test_the_authority_is_shown_to_everybody_the_root_first(desk: Desk) -> None:
    status, text = desk.request("GET", "/api/v1/enrolment/authority")
    assert (status, text) == (200, (desk.folder / "authority.pem").read_text())


def test_staff_with_the_permission_make_tokens(desk: Desk) -> None:
    path = f"/api/v1/sites/{desk.club.site_id}/claim-tokens"
    body = {"lane_id": desk.lane_id}
    tokens = {}
    for role in ("installer", "receptionist"):
        details = StaffDetails(email=f"{role}@club.example", name=role, role=role)
        with desk.club.database.transaction() as session:
            create_staff(session, desk.club.actor, details, password="a very good password")
        sign_in = {"email": details.email, "password": "a very good password"}
        tokens[role] = desk.request("POST", "/api/v1/sessions", sign_in)[1]["token"]
    assert desk.request("POST", path, body)[0] == 401
    assert desk.request("POST", path, body, bearer=tokens["receptionist"])[0] == 403
    status, answer = desk.request("POST", path, body, bearer=tokens["installer"])
    assert (status, answer["lane_id"], answer["token"][:4]) == (201, desk.lane_id, "tc1.")
    elsewhere = path.replace(desk.club.site_id, "sit_elsewhere")
    assert desk.request("POST", elsewhere, body, bearer=tokens["installer"])[0] == 404


def test_guessing_tokens_is_slowed_down(desk: Desk) -> None:
    body = {"token": "tc1.x.y", "csr_pem": new_request()}
    statuses = [desk.request("POST", "/api/v1/enrolment", body)[0] for _ in range(21)]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
