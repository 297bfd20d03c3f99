"""The broker's list of revoked certificates is true, fresh, later than the one before, and never half written."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from cloud.enrolment.authority import OnlineAuthority
from cloud.enrolment.revocation_list import LIST_LIFE, RevocationFile, keep_list, update_list
from provisioning.authority import create_authority
from tests.unit.cloud.enrolment.renewal_desk import open_desk

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OnlineAuthority:
    return create_authority(tmp_path_factory.mktemp("authority"), "Club", "a long passphrase", NOW)


def serials(revoked: x509.CertificateRevocationList | None) -> set[int]:
    assert revoked is not None
    return {entry.serial_number for entry in revoked}


def test_the_list_names_who_is_revoked_and_is_signed(tmp_path: Path, authority: OnlineAuthority) -> None:
    file = RevocationFile(tmp_path / "revoked.pem")
    assert file.update(authority, {"ab": NOW, "cd": NOW}, NOW)
    written = file.read()
    assert written is not None
    assert serials(written) == {0xAB, 0xCD}
    intermediate = x509.load_pem_x509_certificates(authority.bundle_pem.encode())[1]
    assert written.is_signature_valid(intermediate.public_key())  # type: ignore[arg-type]
    assert written.last_update_utc < NOW, "a broker whose clock is a little behind takes it"
    assert (tmp_path / "revoked.pem").stat().st_mode & 0o777 == 0o644


def test_a_list_that_says_the_same_is_left_alone_for_a_day(tmp_path: Path, authority: OnlineAuthority) -> None:
    file = RevocationFile(tmp_path / "revoked.pem")
    file.update(authority, {"ab": NOW}, NOW)
    assert not file.update(authority, {"ab": NOW}, NOW + timedelta(hours=12))
    assert not file.update(authority, {}, NOW + timedelta(hours=12)), "one that has expired meanwhile does no harm"
    assert file.update(authority, {"ab": NOW}, NOW + timedelta(days=1))
    renewed = file.read()
    assert renewed is not None
    assert renewed.next_update_utc is not None
    assert renewed.next_update_utc > NOW + LIST_LIFE


def test_each_list_is_later_than_the_one_before(tmp_path: Path, authority: OnlineAuthority) -> None:
    file = RevocationFile(tmp_path / "revoked.pem")
    file.update(authority, {}, NOW)
    before = file.read()
    file.update(authority, {"ab": NOW}, NOW)
    after = file.read()
    assert before is not None
    assert after is not None
    assert after.last_update_utc > before.last_update_utc


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_damaged_list_is_written_anew(tmp_path: Path, authority: OnlineAuthority, content: bytes) -> None:
    path = tmp_path / "revoked.pem"
    path.write_bytes(content)
    assert RevocationFile(path).update(authority, {"ab": NOW}, NOW)
    assert serials(RevocationFile(path).read()) == {0xAB}


def test_who_names_no_file_keeps_no_list(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        asyncio.run(keep_list(None, tmp_path, desk.database))
        asyncio.run(keep_list(tmp_path / "list.pem", None, desk.database))
        assert update_list(tmp_path / "list.pem", tmp_path, desk.database)
