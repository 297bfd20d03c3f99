"""Root and intermediate are made once, the root's key only encrypted, nothing is overwritten."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from provisioning import authority
from provisioning.authority import ProvisioningRefusedError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSPHRASE = "a long passphrase"


def test_the_root_key_opens_only_with_the_passphrase(tmp_path: Path) -> None:
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    pem = (tmp_path / "root-key.pem").read_bytes()
    with pytest.raises(TypeError):
        serialization.load_pem_private_key(pem, password=None)
    with pytest.raises(ValueError, match="password"):
        serialization.load_pem_private_key(pem, password=b"another")
    key = serialization.load_pem_private_key(pem, password=PASSPHRASE.encode())
    root = x509.load_pem_x509_certificate((tmp_path / "root.pem").read_bytes())
    assert key.public_key() == root.public_key()


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    authority.issue_client_certificate(tmp_path, "tornello-cloud", file_name="cloud", now=NOW)
    for name in ("root-key.pem", "intermediate-key.pem", "cloud-key.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    with pytest.raises(ProvisioningRefusedError, match="not overwritten"):
        authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    authority.issue_server_certificate(tmp_path, ["localhost"], [], file_name="broker", now=NOW)
    with pytest.raises(ProvisioningRefusedError, match="broker"):
        authority.issue_server_certificate(tmp_path, ["localhost"], [], file_name="broker", now=NOW)


def test_a_short_passphrase_makes_no_authority(tmp_path: Path) -> None:
    with pytest.raises(ProvisioningRefusedError, match="12 characters"):
        authority.create_authority(tmp_path, "Club", "short", NOW)
    assert list(tmp_path.iterdir()) == []


def test_unusable_names_are_refused(tmp_path: Path) -> None:
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    with pytest.raises(ProvisioningRefusedError):
        authority.issue_server_certificate(tmp_path, [], ["300.1.1.1"], file_name="broker", now=NOW)


def test_what_could_not_be_written_whole_is_taken_away_so_that_one_can_try_again(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").symlink_to(tmp_path / "nowhere" / "authority.pem")
    with pytest.raises(OSError, match="exists"):
        authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["authority.pem"]
    (tmp_path / "authority.pem").unlink()
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)


def test_the_first_list_of_revoked_certificates_is_empty_and_outlives_a_site_that_never_revokes(tmp_path: Path) -> None:
    authority.create_authority(tmp_path, "Club", PASSPHRASE, NOW)
    revoked = x509.load_pem_x509_crl((tmp_path / "revoked.pem").read_bytes())
    intermediate = x509.load_pem_x509_certificate((tmp_path / "intermediate.pem").read_bytes())
    assert list(revoked) == []
    assert revoked.issuer == intermediate.subject
    assert revoked.next_update_utc is not None
    assert revoked.next_update_utc - NOW > timedelta(days=4 * 365)
