"""A site of two gateways whose lanes lead into the same zone: real readers, stores and brokers, and no cloud behind."""

import asyncio
import contextlib
import os
import pwd
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cloud.enrolment.authority import OnlineAuthority, gateway_profile
from gateway.control_client import CONTROL_SOCKET, ask
from gateway.durable_files import write_private
from gateway.identity import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, Identity, identity_folder
from gateway.key_provider import FileKeys
from gateway.site_broker import PemPair, SiteBrokerPlan, write_site_broker
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from sync_protocol.state_rows import LaneRow, SiteRow, StateRow, ZoneRow
from tests.mosquitto import Broker
from tests.product_broker import ProductBroker
from tests.running_gateway import RunningGateway, identity, member, running_gateway

SITE_ID = "sit_test"
GYM = "zon_gym"
ANNA, BORIS = 100, 200
PATIENCE_S = 40.0


class SiteBroker(Broker):
    """mosquitto with the configuration that `tornello-gateway site-broker` writes."""

    def __init__(self, folder: Path, *, authority: Path, who: Identity, state_dir: Path) -> None:
        super().__init__(folder)
        self._authority, self._who, self._state_dir = authority, who, state_dir

    def _configuration(self, port: int) -> Iterator[str]:
        written = self.folder / f"port-{port}"
        if not written.exists():
            server = PemPair(self._authority / "broker.pem", self._authority / "broker-key.pem")
            bridge = PemPair(self._authority / "bridge.pem", self._authority / "bridge-key.pem")
            user = pwd.getpwuid(os.geteuid()).pw_name
            plan = SiteBrokerPlan(self.host, port, user, server, bridge)
            write_site_broker(written, plan, self._who, self._state_dir)
        yield from (written / "mosquitto.conf").read_text().splitlines()


@dataclass
class SiblingSite:
    """`cloud_broker` runs; `site_broker` is started by whoever needs it."""

    folder: Path
    authority: OnlineAuthority
    cloud_broker: ProductBroker

    def enrolled(self, name: str) -> Identity:
        """The gateway `gwy_{name}` in charge of the lane `lan_{name}`, with its certificate in its folder."""
        who = replace(
            identity(),
            gateway_id=f"gwy_{name}",
            lane_id=f"lan_{name}",
            broker_port=self.cloud_broker.port,
        )
        self.certify(self.folder / name / "state", SITE_ID, who.gateway_id)
        return who

    def certify(self, state_dir: Path, site_id: str, gateway_id: str) -> None:
        """Key and certificate as enrolment puts them there."""
        folder, keys = identity_folder(state_dir), FileKeys()
        if (folder / KEY_FILE).exists():
            return
        keys.create(folder / KEY_FILE)
        pem = self.authority.issue(
            keys.public_key(folder / KEY_FILE), gateway_profile(site_id, gateway_id), datetime.now(UTC)
        )
        write_private(folder / CERTIFICATE_FILE, pem.encode())
        write_private(folder / AUTHORITY_FILE, self.authority.bundle_pem.encode())

    def site_broker(self, who: Identity) -> SiteBroker:
        """On the machine of this gateway."""
        state_dir = self.folder / who.gateway_id.removeprefix("gwy_") / "state"
        return SiteBroker(self.folder / "site-broker", authority=self.folder, who=who, state_dir=state_dir)

    @contextlib.asynccontextmanager
    async def gateway(
        self, who: Identity, *, site_broker: Broker | None = None, is_new: bool = True
    ) -> AsyncIterator[RunningGateway]:
        """The gateway at work, with the site's state in force."""
        folder = self.folder / who.gateway_id.removeprefix("gwy_")
        more = f'\n[site_broker]\nhost = "127.0.0.1"\nport = {site_broker.port}\n' if site_broker else ""
        async with running_gateway(folder, rows() if is_new else (), who=who, more_config=more) as running:
            yield running


def rows() -> list[StateRow]:
    """Two lanes into a gym that nobody enters twice."""
    people = [row for card, name in ((ANNA, "Anna"), (BORIS, "Boris")) for row in member(card, name=name)]
    return [
        SiteRow(SITE_ID, "Test Club", "Europe/Rome", "en", impossible_travel_s=0),
        ZoneRow(GYM, "Gym", "hard"),
        LaneRow("lan_a", GYM, gateway_id="gwy_a"),
        LaneRow("lan_b", GYM, gateway_id="gwy_b"),
        *people,
    ]


async def walk_in(gateway: RunningGateway, card: int) -> None:
    """Tap and rotate."""
    ended = sum(record["type"] == "passage" for record in gateway.records)
    assert (await gateway.tap(card))["outcome"] == "allow"
    gateway.turnstile.rotate("in")
    assert (await gateway.wait_for("passage", ended + 1))["is_taken"]


async def roll(gateway: RunningGateway) -> list[str]:
    """The names that `tornello-gateway muster` calls."""
    answer: dict[str, Any] = dict(await ask(gateway.state_dir / CONTROL_SOCKET, "muster"))
    return [person["display_name"] for zone in answer["zones"] for person in zone["people"]]


async def until_roll(gateway: RunningGateway, *names: str) -> None:
    """Wait until exactly these are inside, as this gateway knows."""
    async with asyncio.timeout(PATIENCE_S):
        while await roll(gateway) != list(names):
            await asyncio.sleep(0.05)


@contextlib.contextmanager
def standing_sibling_site(folder: Path) -> Iterator[SiblingSite]:
    """Authority and the cloud's broker."""
    now = datetime.now(UTC)
    authority = create_authority(folder, "Test club", "a long passphrase", now)
    issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name="broker", now=now)
    issue_client_certificate(folder, SITE_ID, file_name="bridge", now=now)
    broker = ProductBroker(folder / "broker", authority=folder)
    broker.start()
    try:
        yield SiblingSite(folder, authority, broker)
    finally:
        broker.stop()
