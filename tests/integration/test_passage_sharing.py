"""Two gateways share who went through: over the cloud's broker, over the site's own, and with nobody else listening."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.identity import identity_folder
from gateway.inspection.muster import call_stored_roll
from gateway.key_provider import FileKeys
from mqtt_client.errors import PublishRefusedError
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles
from sync_protocol.journal_events import AccessTaken
from sync_protocol.sibling_messages import SharedPassage, SharedPassages, encode_sibling_message
from sync_protocol.sibling_seal import chain_of, seal
from sync_protocol.topics import SideTopic
from tests.in_loop import in_loop
from tests.integration.sibling_site import (
    ANNA,
    BORIS,
    GYM,
    SITE_ID,
    SiblingSite,
    standing_sibling_site,
    until_roll,
    walk_in,
)
from tests.mosquitto import Broker
from tests.running_gateway import read_journal

NOBODY_LISTENS = 1


@in_loop
async def test_nobody_who_went_in_at_one_gateway_comes_in_again_at_the_other(tmp_path: Path) -> None:
    with standing_sibling_site(tmp_path) as site:
        async with site.gateway(site.enrolled("a")) as first, site.gateway(site.enrolled("b")) as second:
            await walk_in(first, ANNA)
            await until_roll(second, "Anna")
            assert (await second.tap(ANNA))["reason"] == "antipassback_violation"
            await walk_in(second, BORIS)
            await until_roll(first, "Anna", "Boris")
        roll: dict[str, Any] = dict(await call_stored_roll(second.state_dir, None))
        assert [person["display_name"] for zone in roll["zones"] for person in zone["people"]] == ["Anna", "Boris"]
        told = [body for body in await read_journal(second.state_dir) if isinstance(body, AccessTaken)]
        assert [body.member_id for body in told] == [f"mem_{BORIS}"], "the cloud hears of each passage once"


@in_loop
async def test_what_a_gateway_missed_is_told_to_it_afterwards_also_over_restarts_of_both(tmp_path: Path) -> None:
    with standing_sibling_site(tmp_path) as site:
        ours, theirs = site.enrolled("a"), site.enrolled("b")
        async with site.gateway(ours) as first:
            await walk_in(first, ANNA)
        async with site.gateway(ours, is_new=False) as first:
            async with site.gateway(theirs) as second:
                await until_roll(second, "Anna")
            await walk_in(first, BORIS)
            async with site.gateway(theirs, is_new=False) as second:
                await until_roll(second, "Anna", "Boris")


@in_loop
async def test_with_the_cloud_s_broker_dead_the_site_s_own_carries_on(tmp_path: Path) -> None:
    with standing_sibling_site(tmp_path) as site:
        ours, theirs = site.enrolled("a"), site.enrolled("b")
        with running(site.site_broker(ours)) as own:
            async with (
                site.gateway(ours, site_broker=own) as first,
                site.gateway(theirs, site_broker=own) as second,
            ):
                await walk_in(first, ANNA)
                await until_roll(second, "Anna")
                site.cloud_broker.kill()
                await walk_in(second, BORIS)
                await until_roll(first, "Anna", "Boris")
                assert (await first.tap(BORIS))["reason"] == "antipassback_violation"
                site.cloud_broker.start()


@in_loop
async def test_the_bridge_joins_a_gateway_at_the_site_s_broker_with_one_at_the_cloud_s(tmp_path: Path) -> None:
    with standing_sibling_site(tmp_path) as site:
        ours, theirs = site.enrolled("a"), site.enrolled("b")
        with running(site.site_broker(ours)) as own:
            cut_off = replace(ours, broker_port=NOBODY_LISTENS)
            async with site.gateway(cut_off, site_broker=own) as first, site.gateway(theirs) as second:
                await walk_in(first, ANNA)
                await until_roll(second, "Anna")
                await walk_in(second, BORIS)
                await until_roll(first, "Anna", "Boris")


@in_loop
async def test_a_gateway_of_another_site_reads_nothing_and_forges_nothing(tmp_path: Path) -> None:
    with standing_sibling_site(tmp_path) as site:
        ours, theirs = site.enrolled("a"), site.enrolled("b")
        with running(site.site_broker(ours)) as own:
            async with (
                site.gateway(ours, site_broker=own) as first,
                site.gateway(theirs, site_broker=own) as second,
                stranger(site, site.cloud_broker) as outside,
                stranger(site, own) as inside,
            ):
                for thief in (outside, inside):
                    assert await thief.try_to_forge("gwy_a") == "refused by the broker"
                    assert await thief.try_to_forge("gwy_stranger") == "taken by the broker"
                await walk_in(first, ANNA)
                await until_roll(second, "Anna")
                assert (outside.heard, inside.heard) == ([], [])


class Stranger:
    """A gateway of another site of the same authority: valid certificate, bad intentions."""

    def __init__(self, site: SiblingSite, client: ReliableClient) -> None:
        self._client = client
        self._folder = identity_folder(site.folder / "stranger")
        self.heard: list[str] = []

    async def listen(self) -> None:
        async for inbound in self._client.messages():
            self.heard.append(inbound.topic)
            inbound.ack()

    async def try_to_forge(self, sender_id: str) -> str:
        """Tell the second gateway that Boris went in, in somebody's name."""
        topic = SideTopic(SITE_ID, "gwy_b", sender_id)
        body = AccessTaken("tap", "lan_a", "in", f"mem_{BORIS}", zone_id=GYM)
        passage = SharedPassage(1, "boot", 1, 1, "untrusted", body)
        payload = encode_sibling_message(SharedPassages("forged", -1, 1, 1, "boot", 1, (passage,)))
        certificates = chain_of((self._folder / "certificate.pem").read_text())
        data = seal(
            str(topic),
            payload,
            certificates=certificates,
            sign=FileKeys().signer(self._folder / "key.pem"),
        )
        try:
            await self._client.publish(str(topic), data)
        except PublishRefusedError:
            return "refused by the broker"
        return "taken by the broker"


@contextlib.asynccontextmanager
async def stranger(site: SiblingSite, broker: Broker) -> AsyncIterator[Stranger]:
    """Listens to everything that the broker lets it hear."""
    site.certify(site.folder / "stranger", "sit_other", "gwy_stranger")
    folder = identity_folder(site.folder / "stranger")
    tls = TlsFiles(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    everything = ["#", "tornello/1/#", f"tornello/1/{SITE_ID}/+/side/+", f"tornello/1/{SITE_ID}/gwy_b/side/gwy_a"]
    async with ReliableClient(
        "127.0.0.1", broker.port, tls=tls, client_id="gwy_stranger", subscriptions=everything
    ) as client:
        found = Stranger(site, client)
        listening = asyncio.create_task(found.listen())
        try:
            yield found
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


@contextlib.contextmanager
def running(broker: Broker) -> Iterator[Broker]:
    """For the time of the block."""
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
