"""The worker keeps the broker's list of revoked certificates up to date, and cries out when it cannot."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud.database import Database
from cloud.enrolment import certificates
from cloud.enrolment.revocation_list import RevocationFile, keep_list
from provisioning.authority import create_authority
from tests.unit.cloud.enrolment.renewal_desk import GATEWAY, RenewalDesk, open_desk


def listed(path: Path) -> set[str]:
    revoked = RevocationFile(path).read()
    assert revoked is not None
    return {f"{entry.serial_number:x}" for entry in revoked}


def test_the_file_follows_the_database_at_once(tmp_path: Path) -> None:
    async def keep(desk: RenewalDesk, path: Path) -> None:
        keeping = asyncio.create_task(keep_list(path, tmp_path, desk.database))
        try:
            async with asyncio.timeout(30):
                while not path.exists():
                    await asyncio.sleep(0.01)
                with desk.database.transaction() as session:
                    certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "stolen")
                while listed(path) != {desk.serial}:
                    await asyncio.sleep(0.01)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    with open_desk(tmp_path) as desk:
        asyncio.run(keep(desk, tmp_path / "list.pem"))


def test_a_list_that_cannot_be_renewed_is_an_alarm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "revoked.pem"
    authority = create_authority(tmp_path / "authority", "Club", "a long passphrase", datetime.now(UTC))
    RevocationFile(path).update(authority, {}, datetime.now(UTC) - timedelta(days=40))

    async def keep(database: Database) -> None:
        keeping = asyncio.create_task(keep_list(path, tmp_path / "no authority", database))
        async with asyncio.timeout(30):
            while not caplog.records:
                await asyncio.sleep(0.01)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    with caplog.at_level(logging.ERROR), open_desk(tmp_path / "desk") as desk:
        asyncio.run(keep(desk.database))
    assert "THE LIST OF REVOKED CERTIFICATES IS NOT RENEWED" in caplog.text
    assert "has let nobody in since" in caplog.text
