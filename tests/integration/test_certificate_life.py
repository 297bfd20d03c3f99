"""A gateway's certificate from its renewal to its end, with a real broker and a real cloud."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.revocation_list import RevocationFile
from cloud.sites import service as sites
from gateway.adapters import certificate_desk_https
from gateway.adapters.certificate_desk_https import HttpsCertificateDesk
from gateway.certificate_pairs import PairsOnDisk
from gateway.cloud_https import CloudServer, server_at
from gateway.identity import KEY_FILE, identity_folder, load_identity
from gateway.key_provider import FileKeys
from gateway.service.certificate_ports import DeskUnreachableError, RenewalDeniedError
from mqtt_client.errors import CertificateRefusedError
from mqtt_client.tls import client_context, probe_refusal
from sync_protocol.messages import StateApplied
from tests.integration.certificate_site import (
    PATIENCE_S,
    CertificateSite,
    LivingGateway,
    living_gateway,
    standing_certificate_site,
)


class PowerCutError(Exception):
    """Nothing more happens."""


HALF_OVER, OVER = timedelta(days=50), timedelta(days=100)


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CertificateSite]:
    monkeypatch.setattr(certificate_desk_https, "TIMEOUT_S", PATIENCE_S)  # of a busy machine
    with standing_certificate_site(tmp_path, migrated_sqlite) as site:
        yield site


def in_use(site: CertificateSite, gateway_id: str) -> str:
    with site.club.database.session() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        return gateway.certificate_serial


def test_at_half_its_life_a_certificate_is_renewed_with_a_new_key_and_the_old_one_is_revoked(
    site: CertificateSite,
) -> None:
    state_dir = site.enrol_in_the_past(HALF_OVER)
    key_before = (identity_folder(state_dir) / KEY_FILE).read_bytes()

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            before = gateway.parts.pairs.current
            assert before is not None
            await gateway.until(lambda: gateway.parts.pairs.current != before and gateway.session.is_welcome)
            assert gateway.renewal.status.state == "in_order"
            after = gateway.parts.pairs.current
            assert after is not None
            gateway_id = gateway.identity.gateway_id
            await gateway.until(lambda: in_use(site, gateway_id) == after.serial)
            new, old = site.certificates(gateway_id)
            assert (new.serial, new.in_use_since is not None, new.revoked_at) == (after.serial, True, None)
            assert (old.serial, old.revoked_reason) == (before.serial, "superseded")
            await gateway.until(lambda: f"{before.serial}" in listed(site))
            site.broker.reload()
            gateway.link.reconnect("as after any fault of the network")
            await gateway.until(lambda: not gateway.link.is_connected)
            await gateway.until(lambda: gateway.session.is_welcome)

    asyncio.run(live())
    assert (identity_folder(state_dir) / KEY_FILE).read_bytes() != key_before
    assert not (identity_folder(state_dir) / "next-key.pem").exists()


def test_with_a_passphrase_of_systemd_the_old_key_is_sealed_at_the_start_and_the_new_one_from_its_birth(
    site: CertificateSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_dir = site.enrol_in_the_past(HALF_OVER)
    key = identity_folder(state_dir) / KEY_FILE
    (tmp_path / "identity-passphrase").write_text("0123456789abcdef\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    plain = key.read_bytes()

    async def live() -> bytes:
        async with living_gateway(state_dir) as gateway:
            before, sealed = gateway.parts.pairs.current, key.read_bytes()
            await gateway.until(lambda: gateway.parts.pairs.current != before and gateway.session.is_welcome)
            return sealed

    sealed = asyncio.run(live())
    renewed = key.read_bytes()
    assert b"ENCRYPTED" not in plain
    assert b"ENCRYPTED" in sealed
    assert b"ENCRYPTED" in renewed
    assert FileKeys(b"0123456789abcdef").public_key(key) != FileKeys().public_key(_written(tmp_path / "plain", plain))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def listed(site: CertificateSite) -> set[str]:
    revoked = RevocationFile(site.revocation_list).read()
    return set() if revoked is None else {f"{entry.serial_number:x}" for entry in revoked}


async def until_refused_by_the_broker(gateway: LivingGateway) -> None:
    """Until the broker has read the list, seen by a connection that says nothing."""
    context = client_context(gateway.parts.pairs.current_files)
    host, port = gateway.identity.broker_host, gateway.identity.broker_port
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(probe_refusal, host, port, context, 0.1) is None:
            await asyncio.sleep(0.02)


def test_a_gateway_out_of_service_is_cut_off_and_its_certificate_refused_by_the_broker(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(timedelta(days=1))

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.session.is_welcome)
            gateway_id, current = gateway.identity.gateway_id, gateway.parts.pairs.current
            assert current is not None
            with site.club.database.transaction() as session:
                certificates.withdraw_gateway(session, site.club.actor, gateway_id, "stolen")
            await gateway.until(lambda: current.serial in listed(site))
            site.broker.reload()
            await until_refused_by_the_broker(gateway)
            # Its next word is refused and its connection cut; the broker does not let it in again.
            await gateway.link.publish(StateApplied("boot", 0, bytes(32), 0, "floor"))
            await gateway.until(lambda: not gateway.link.is_connected)
            await gateway.until(lambda: isinstance(gateway.link.failure, CertificateRefusedError))
            assert isinstance(gateway.link.failure, CertificateRefusedError)
            assert gateway.link.failure.reason == "certificate_revoked"
            assert "our certificate has been revoked" in gateway.link.fault

    asyncio.run(live())
    assert "the connection of gateway" in site.cloud.log


def test_a_gateway_that_was_away_for_too_long_comes_back_when_staff_let_it(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(OVER)

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.renewal.status.state == "waiting_for_approval")
            with site.club.database.session() as session:
                (request,) = reenrolment.list_waiting(session)
            assert request.gateway_id == gateway.identity.gateway_id
            assert request.key_hash == gateway.renewal.status.fingerprint
            assert not gateway.link.is_connected
            with site.club.database.transaction() as session:
                reenrolment.approve(
                    session, site.club.actor, site.authority, request.gateway_id, key_hash=request.key_hash
                )
            await gateway.until(lambda: gateway.session.is_welcome, patience_s=40)
            await gateway.until(lambda: gateway.renewal.status.state == "in_order")

    asyncio.run(live())


def test_a_gateway_that_staff_refuse_stays_out(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(OVER)

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.renewal.status.state == "waiting_for_approval")
            with site.club.database.transaction() as session:
                (request,) = reenrolment.list_waiting(session)
                reenrolment.refuse(session, site.club.actor, request.gateway_id, key_hash=request.key_hash)
            await gateway.until(lambda: gateway.renewal.status.state == "denied")
            assert "reenrolment_refused" in gateway.renewal.status.detail

    asyncio.run(live())


def test_a_power_cut_before_the_answer_is_stored_costs_no_second_certificate(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(HALF_OVER)
    identity = load_identity(state_dir)

    class ForgetfulPairs(PairsOnDisk):
        """The power is cut when the answer has come."""

        def receive(self, certificate_pem: str) -> None:
            raise PowerCutError(certificate_pem)

    folder, server = identity_folder(state_dir), server_at(identity.cloud_url)
    with pytest.raises(PowerCutError):
        asyncio.run(HttpsCertificateDesk(server, identity.gateway_id, ForgetfulPairs(folder, FileKeys())).obtain())
    pairs = PairsOnDisk(folder, FileKeys())
    assert not (folder / "next-certificate.pem").exists()
    assert asyncio.run(HttpsCertificateDesk(server, identity.gateway_id, pairs).obtain()) == "granted"
    newest, first = site.certificates(identity.gateway_id)
    assert pairs.candidate is not None
    assert pairs.current is not None
    assert (newest.serial, first.serial) == (pairs.candidate.serial, pairs.current.serial)


def test_a_cloud_that_says_no_is_told_from_one_that_does_not_answer(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(timedelta(days=1))
    identity = load_identity(state_dir)
    pairs = PairsOnDisk(identity_folder(state_dir), FileKeys())
    with pytest.raises(RenewalDeniedError) as denied:
        asyncio.run(HttpsCertificateDesk(server_at(identity.cloud_url), identity.gateway_id, pairs).obtain())
    assert denied.value.code == "renewal_not_due"
    nobody = HttpsCertificateDesk(CloudServer("localhost", 1), identity.gateway_id, pairs)
    with pytest.raises(DeskUnreachableError, match="no proper answer"):
        asyncio.run(nobody.obtain())
    stranger = HttpsCertificateDesk(server_at(identity.cloud_url), "gwy_other", pairs)
    with pytest.raises(DeskUnreachableError, match="401 certificate_unknown"):
        asyncio.run(stranger.obtain())
