"""The address that the console tells installers."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.datastructures import URL

from cloud.enrolment.pages import enrolment_address
from cloud.settings import Address, Settings, read_settings
from provisioning.authority import create_authority, issue_server_certificate

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a service that listens on HTTPS as club.example and 192.0.2.7."""
    (tmp_path / "secret").write_text("ab" * 32)
    (tmp_path / "secret").chmod(0o600)
    create_authority(tmp_path / "a", "Club", "a long passphrase", NOW)
    files = issue_server_certificate(tmp_path / "a", ["club.example"], ["192.0.2.7"], file_name="https", now=NOW)
    found = read_settings({"TORNELLO_SECRET_FILE": str(tmp_path / "secret")})
    return replace(found, tls_listen=Address("0.0.0.0", 8443), tls_certificate=files.certificate)


@pytest.mark.parametrize(
    ("here", "address"),
    [
        ("http://127.0.0.1:8080/access/enrol", "https://club.example:8443"),
        ("http://192.0.2.7:8080/access/enrol", "https://192.0.2.7:8443"),
        ("http://club.example/access/enrol", "https://club.example:8443"),
        ("https://club.example:8443/access/enrol", "https://club.example:8443"),
    ],
)
def test_gateways_are_sent_to_a_name_that_the_certificate_bears(settings: Settings, here: str, address: str) -> None:
    assert enrolment_address(URL(here), settings) == address


def test_without_a_readable_certificate_the_browser_s_own_name_has_to_do(settings: Settings, tmp_path: Path) -> None:
    broken = replace(settings, tls_certificate=tmp_path / "nowhere.pem")
    assert enrolment_address(URL("http://club.example:8080/"), broken) == "https://club.example:8443"


def test_without_a_listener_of_its_own_the_service_stands_behind_a_proxy(settings: Settings) -> None:
    proxied = replace(settings, tls_listen=None)
    assert enrolment_address(URL("http://club.example:8080/"), proxied) == "https://club.example"
