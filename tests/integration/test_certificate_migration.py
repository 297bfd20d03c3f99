"""A database from before the table of certificates: those that were given out are known afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.enrolment import certificates
from cloud.enrolment.authority import gateway_profile, serial_of
from cloud.migrations import configuration, upgrade_database
from provisioning.authority import create_authority

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0002")
    yield database
    database.close()


def test_certificates_that_were_kept_with_their_tokens_are_taken_over(earlier: Database, tmp_path: Path) -> None:
    authority = create_authority(tmp_path / "authority", "Club", "a long passphrase", NOW)
    pems = {
        gateway_id: authority.issue(
            ec.generate_private_key(ec.SECP256R1()).public_key(), gateway_profile("sit_1", gateway_id), NOW
        )
        for gateway_id in ("gwy_old", "gwy_new")
    }
    at = "2026-10-01 12:00:00.000000"
    with earlier.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO site (id, name, time_zone, locale, lease_days, facility_code, signing_key_sealed, "
                "credential_key, created_at) VALUES ('sit_1', 'Club', 'UTC', 'en', 30, 1, x'00', x'00', :at)"
            ),
            {"at": at},
        )
        connection.execute(
            text("INSERT INTO lane (id, site_id, name, created_at) VALUES ('lan_1', 'sit_1', 'Lane', :at)"), {"at": at}
        )
        for gateway_id, retired_at in (("gwy_old", at), ("gwy_new", None)):
            connection.execute(
                text(
                    "INSERT INTO gateway (id, site_id, lane_id, name, certificate_serial, enrolled_at, retired_at, "
                    "applied_revision, readers) VALUES (:id, 'sit_1', 'lan_1', 'Lane', '', :at, :retired_at, 0, '[]')"
                ),
                {"id": gateway_id, "at": at, "retired_at": retired_at},
            )
            connection.execute(
                text(
                    "INSERT INTO claim_token (id, token_hash, site_id, lane_id, created_by, created_at, expires_at, "
                    "used_at, gateway_id, certificate_pem) "
                    "VALUES (:id, :id, 'sit_1', 'lan_1', 'stf_1', :at, :at, :at, :id, :pem)"
                ),
                {"id": gateway_id, "at": at, "pem": pems[gateway_id]},
            )
    upgrade_database(earlier)
    with earlier.session() as session:
        (old,) = certificates.list_of(session, "gwy_old")
        (new,) = certificates.list_of(session, "gwy_new")
    assert (old.serial, old.revoked_reason) == (serial_of(pems["gwy_old"]), "replaced")
    assert (new.serial, new.revoked_at, new.issued_at) == (serial_of(pems["gwy_new"]), None, NOW)
    assert new.not_after > NOW
