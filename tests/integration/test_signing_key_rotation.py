"""A site's signing key is changed while its gateways are connected, and while one is away; nobody is left behind."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cloud.desired_state import service as desired_state
from cloud.sites import signing_keys
from cloud.sites.models import Site
from gateway.identity import load_identity
from gateway.service import cloud_session
from sync_protocol.messages import Hello, Message, StateBuckets
from tests.club import SECRET
from tests.integration.certificate_site import CertificateSite, living_gateway, standing_certificate_site

YOUNG = timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[CertificateSite]:
    with standing_certificate_site(tmp_path, migrated_sqlite) as site:
        yield site


def rotate(site: CertificateSite, overlap: timedelta) -> str:
    with site.club.database.transaction() as session:
        return signing_keys.rotate(session, site.club.actor, site.club.site_id, SECRET, overlap).key_id


def let_the_overlap_end(site: CertificateSite) -> None:
    with site.club.database.transaction() as session:
        session.execute(update(Site).values(next_signing_key_at=session.now - timedelta(seconds=1)))


def block_somebody(site: CertificateSite) -> int:
    """The revision that does."""
    with site.club.database.transaction() as session:
        site.club.block(session, site.club.add_member(session, card=7))
    with site.club.database.session() as session:
        return desired_state.head(session, site.club.site_id).revision


def test_a_connected_gateway_believes_both_keys_and_then_the_new_one_alone(site: CertificateSite) -> None:
    state_dir = site.enrol_in_the_past(YOUNG)
    (old,) = load_identity(state_dir).signing_keys

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.store.state.applied_revision > 0)
            new = await asyncio.to_thread(rotate, site, timedelta(days=30))
            await gateway.until(lambda: load_identity(state_dir).signing_keys.keys() == {old, new})
            revision = await asyncio.to_thread(block_somebody, site)
            await gateway.until(lambda: gateway.store.state.applied_revision >= revision)
            await asyncio.to_thread(let_the_overlap_end, site)
            await gateway.until(lambda: load_identity(state_dir).signing_keys.keys() == {new})
            assert load_identity(state_dir).signing_keys_serial == 3
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.session.is_welcome)

    asyncio.run(live())


def test_a_gateway_that_was_away_through_the_whole_overlap_gets_the_new_key_by_its_certificate(
    site: CertificateSite, caplog: pytest.LogCaptureFixture
) -> None:
    state_dir = site.enrol_in_the_past(YOUNG)
    new = rotate(site, timedelta(0))
    revision = block_somebody(site)

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.store.state.applied_revision >= revision)

    asyncio.run(live())
    assert set(load_identity(state_dir).signing_keys) == {new}
    assert "UnknownSigningKeyError" in caplog.text


def test_a_row_flipped_behind_the_gateway_s_back_comes_back_with_its_bucket_alone(
    site: CertificateSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_session, "HEARTBEAT_EVERY_S", 0.5)
    monkeypatch.setattr(cloud_session, "TICK_S", 0.1)
    state_dir = site.enrol_in_the_past(YOUNG)
    revision = block_somebody(site)
    sent: list[Message] = []

    async def live() -> None:
        async with living_gateway(state_dir) as gateway:
            await gateway.until(lambda: gateway.store.state.applied_revision >= revision)
        with contextlib.closing(sqlite3.connect(state_dir / "entitlements.db", isolation_level=None)) as file:
            assert file.execute("DELETE FROM state_row WHERE key LIKE 'flag/%'").rowcount == 1
        async with living_gateway(state_dir) as gateway:
            publish = gateway.link.publish

            async def noted(message: Message) -> None:
                sent.append(message)
                await publish(message)

            monkeypatch.setattr(gateway.link, "publish", noted)
            await gateway.until(lambda: gateway.store.state.is_damaged)
            await gateway.until(lambda: not gateway.store.state.is_damaged)

    asyncio.run(live())
    with contextlib.closing(sqlite3.connect(state_dir / "entitlements.db")) as file:
        assert file.execute("SELECT count(*) FROM state_row WHERE key LIKE 'flag/%'").fetchone() == (1,)
    assert any(isinstance(message, StateBuckets) for message in sent)
    assert not any(isinstance(message, Hello) and message.wants_snapshot for message in sent)
