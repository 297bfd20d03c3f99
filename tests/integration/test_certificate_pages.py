"""The page Access: until when a certificate is good, out of service with a reason, back again with somebody's word."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from cloud import bus
from cloud.audit.models import AuditEntry
from cloud.database import Database
from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.authority import gateway_profile
from cloud.sites import service as sites
from provisioning.authority import create_authority
from tests.integration.club import SYSTEM, Club, open_club


class Desk:
    """A club with an authority, somebody at its console, and one gateway."""

    def __init__(self, club: Club, folder: Path) -> None:
        self.club = club
        self.authority = create_authority(folder, "Club", "a long passphrase", datetime.now(UTC) - timedelta(days=300))
        club.app.state.settings = replace(club.app.state.settings, authority_dir=folder)
        with club.database.transaction() as session:
            lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
            self.gateway_id = sites.add_gateway(session, lane, "gwy_1", "00").id
        self.key = ec.generate_private_key(ec.SECP256R1())
        club.hire("administrator")
        self.browser = club.client()
        fields = {"email": "administrator@club.test", "password": "correct horse battery"}
        self.browser.post("/sign-in", data=fields)

    def certify(self, age: timedelta) -> str:
        """Give the gateway a certificate of that age; its serial number."""
        issued_at = datetime.now(UTC) - age
        pem = self.authority.issue(self.key.public_key(), gateway_profile(self.club.site_id, "gwy_1"), issued_at)
        with self.club.database.transaction() as session:
            serial = certificates.keep(session, "gwy_1", pem, issued_at=issued_at).serial
            gateway = sites.find_gateway(session, "gwy_1")
            assert gateway is not None
            gateway.certificate_serial = serial
        return serial

    def access(self) -> str:
        return self.browser.get("/access").text

    def post(self, path: str, **fields: str) -> httpx.Response:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.access())
        assert token, "a form has the session's token"
        return self.browser.post(path, data={"csrf_token": token[1], **fields})

    def audited(self) -> set[str]:
        with self.club.database.session() as session:
            return set(session.scalars(select(AuditEntry.action)))


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Desk]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    yield Desk(open_club(database), tmp_path / "authority")
    database.close()


@pytest.mark.parametrize(
    ("age_days", "words"),
    [(1, "renews itself"), (80, "not renewed yet"), (100, "expired on"), (-2, "not valid before")],
    ids=str,
)
def test_the_page_says_until_when_a_certificate_is_good(desk: Desk, age_days: int, words: str) -> None:
    desk.certify(timedelta(days=age_days))
    assert words in desk.access()


def test_the_page_names_a_certificate_that_is_revoked(desk: Desk) -> None:
    serial = desk.certify(timedelta(days=1))
    with desk.club.database.transaction() as session:
        certificate = certificates.find(session, serial)
        assert certificate is not None
        certificate.revoked_at = session.now
    assert "revoked on" in desk.access()


def test_out_of_service_needs_a_reason_and_is_for_good(desk: Desk) -> None:
    serial = desk.certify(timedelta(days=1))
    form = desk.browser.get("/access/gateways/gwy_1/withdraw")
    assert "Take the gateway of Lane 1 out of service" in form.text
    refused = desk.post("/access/gateways/gwy_1/withdraw", why="")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert desk.post("/access/gateways/gwy_1/withdraw", why="stolen").status_code == 303
    assert "No gateway yet" in desk.access()
    with desk.club.database.session() as session:
        assert set(certificates.revoked_serials(session)) == {serial}
    assert "gateway.withdraw" in desk.audited()


@pytest.mark.parametrize(("act", "action"), [("approve", "reenrolment.approve"), ("refuse", "reenrolment.refuse")])
def test_staff_decide_about_a_gateway_that_asks_to_come_back(desk: Desk, act: str, action: str) -> None:
    serial = desk.certify(timedelta(days=100))
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    csr_pem = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(
        serialization.Encoding.PEM
    )
    with desk.club.database.transaction() as session:
        expired = certificates.find(session, serial)
        assert expired is not None
        reenrolment.ask(session, expired, csr_pem.decode(), "ab" * 32, "192.0.2.7")
    page = desk.access()
    assert "asks to come back" in page
    assert "192.0.2.7" in page
    assert "ab" * 8 in page
    assert desk.post(f"/access/returning/gwy_1/{act}", key_hash="cd" * 32).status_code == 409, "another key meanwhile"
    assert desk.post(f"/access/returning/gwy_1/{act}", key_hash="ab" * 32).status_code == 303
    assert "asks to come back" not in desk.access()
    assert action in desk.audited()
    with desk.club.database.session() as session:
        expired = certificates.find(session, serial)
        assert expired is not None
        assert (certificates.find_successor(session, expired) is not None) is (act == "approve")


def test_the_api_lists_certificates_and_takes_decisions(desk: Desk) -> None:
    serial = desk.certify(timedelta(days=1))
    client = desk.club.client("installer")
    (item,) = client.get("/api/v1/gateways/gwy_1/certificates").json()["items"]
    assert (item["serial"], item["revoked_at"]) == (serial, None)
    assert client.get("/api/v1/reenrolments").json() == {"items": [], "next": None}
    assert client.get("/api/v1/gateways/gwy_2/certificates").status_code == 404
    answer = client.post("/api/v1/reenrolments/gwy_1/approval", json={"key_hash": "ab" * 32})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tornello:problem:reenrolment_not_found")
    assert client.post("/api/v1/gateways/gwy_1/withdrawal", json={"why": "stolen"}).status_code == 204
    assert client.post("/api/v1/gateways/gwy_1/withdrawal", json={"why": "stolen"}).status_code == 409
    (item,) = client.get("/api/v1/gateways/gwy_1/certificates").json()["items"]
    assert item["revoked_reason"] == "withdrawn"
