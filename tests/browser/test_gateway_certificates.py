"""An administrator lets a gateway with an expired certificate come back, and takes one out of service."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Page, expect

from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.authority import OnlineAuthority, gateway_profile
from cloud.sites import service as sites
from provisioning.authority import create_authority
from tests.browser.club import IVO, SECRET, Club, copy_club
from tests.browser.conftest import Console, open_page, sign_in
from tests.browser.server import ServerThread, settings_for

KEY_HASH = "5eed" * 16


@pytest.fixture(scope="module")
def console(_built: None, _founded: tuple[Club, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console whose gateway at lane 1 has been away for too long."""
    folder = tmp_path_factory.mktemp("console")
    club = copy_club(*_founded, folder)
    then = datetime.now(UTC) - timedelta(days=100)
    authority = create_authority(folder / "authority", "Palestra Aurora", "twelve and more letters", then)
    _let_ask(club, authority, then)
    with ServerThread(settings_for(folder, SECRET, folder / "authority"), club.database) as server:
        yield Console(server.address, club)
    club.database.close()


def _let_ask(club: Club, authority: OnlineAuthority, then: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    csr_pem = request.public_bytes(serialization.Encoding.PEM).decode()
    with club.database.transaction() as session:
        gateway = next(each for each in sites.list_gateways(session) if each.name == "Lane 1")
        pem = authority.issue(key.public_key(), gateway_profile(gateway.site_id, gateway.id), then)
        expired = certificates.keep(session, gateway.id, pem, issued_at=session.now)
        gateway.certificate_serial = expired.serial
        reenrolment.ask(session, expired, csr_pem, KEY_HASH, "192.0.2.7")


def test_a_gateway_comes_back_with_somebody_s_word(page: Page, axe: Callable[[Page], list[str]]) -> None:
    sign_in(page, IVO)
    open_page(page, "/access")
    asking = page.get_by_role("region", name="The gateway of Lane 1 asks to come back")
    expect(asking).to_contain_text("192.0.2.7")
    expect(asking).to_contain_text(KEY_HASH[:16])
    expect(page.get_by_text("expired on")).to_be_visible()
    assert axe(page) == []
    asking.get_by_role("button", name="Let it come back").click()
    expect(page.get_by_text("The gateway may come back.")).to_be_visible()
    expect(asking).to_be_hidden()


def test_a_gateway_is_taken_out_of_service_with_a_reason(page: Page, axe: Callable[[Page], list[str]]) -> None:
    sign_in(page, IVO)
    open_page(page, "/access")
    page.get_by_role("link", name="Take out of service Lane 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Take the gateway of Lane 2 out of service")).to_be_visible()
    assert axe(page) == []
    dialog.get_by_label("Why").fill("stolen at night")
    dialog.get_by_role("button", name="Take out of service").click()
    expect(page.get_by_text("The gateway is out of service.")).to_be_visible()
    expect(page.get_by_text("No gateway yet")).to_be_visible()
