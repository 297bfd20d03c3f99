"""A thousand gateways on one cloud process: a storm after a restart of the broker, and a quiet working day.

Broker and cloud are the product's, as processes of their own; each gateway has its own certificate, connects over
mutual TLS and keeps to the protocol (`light_gateway`), but all of them are in this one process. The storm is measured
from the kill of the broker until the cloud has welcomed the last gateway again.
"""

import argparse
import asyncio
import logging
import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from gateway.adapters.cloud_link_mqtt import CloudAddress
from mqtt_client.tls import TlsFiles
from provisioning.authority import issue_client_certificate
from tests.benchmarks.enrolled_site import EnrolledSite
from tests.benchmarks.light_gateway import LightGateway
from tests.benchmarks.report import Report, percentile
from tests.club import SECRET, Club

GATEWAYS = 1000
LANES_A_SITE = 4
EVENTS_PER_S = 200.0
STEADY_S = 60.0
SETTLE_S = 20.0
PATIENCE_S = 300.0
LOOK_EVERY_S = 0.1
TARGET = {"storm_s": 30.0, "storm_attempts_max": 3.0, "cloud_cores": 1.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gateways", type=int, default=GATEWAYS, metavar="N", help=f"four at a site ({GATEWAYS})")
    parser.add_argument("--steady-s", type=float, default=STEADY_S, metavar="S", help=f"of quiet work ({STEADY_S:g})")


def run(arguments: argparse.Namespace) -> Report:
    logging.disable()  # a thousand gateways each name their trouble
    with tempfile.TemporaryDirectory(prefix="tornello-fleet-") as folder, ExitStack() as stack:
        founding = _Founding(Path(folder), arguments.gateways)
        site = EnrolledSite.set_up(Path(folder), founding.found, stack)
        fleet = _Fleet(site, founding.gateways(site))
        figures = asyncio.run(fleet.measure(arguments.steady_s))
    return Report("fleet", figures, TARGET)


@dataclass
class _Founding:
    """Many sites in an empty database, with a gateway for each lane, whose certificates are made without enrolment.

    Enrolment lets twenty in a minute from one address.
    """

    folder: Path
    count: int
    _places: list[tuple[str, str, str]] = field(default_factory=list)
    _addresses: dict[str, tuple[dict[str, bytes], tuple[int, bytes]]] = field(default_factory=dict)

    def found(self, database: Database) -> tuple[str, list[str]]:
        club = Club.found(database)
        for number in range(0, self.count, LANES_A_SITE):
            with database.transaction() as session:
                rules = SiteRules(f"Club {number}", "Europe/Rome", "it")
                site = sites.create_site(session, club.actor, rules, SECRET)
                for lane_number in range(min(LANES_A_SITE, self.count - number)):
                    lane = sites.create_lane(session, club.actor, site.id, f"Lane {lane_number}")
                    gateway = sites.add_gateway(session, lane, new_id("gwy"), "1")
                    self._places.append((site.id, gateway.id, lane.id))
                signer = sites.site_signer(site, SECRET)
            with database.session() as session:
                head = desired_state.head(session, site.id)
            self._addresses[site.id] = ({signer.key_id: signer.public_key}, (head.revision, head.digest_root))
        return club.site_id, []

    def gateways(self, site: EnrolledSite) -> list[LightGateway]:
        """All of them, not connected yet."""
        gateways = []
        for site_id, gateway_id, lane_id in self._places:
            issue_client_certificate(self.folder, gateway_id, file_name=gateway_id, now=datetime.now(UTC))
            tls = TlsFiles(
                self.folder / "root.pem", self.folder / f"{gateway_id}.pem", self.folder / f"{gateway_id}-key.pem"
            )
            keys, head = self._addresses[site_id]
            address = CloudAddress(site.broker.host, site.broker.port, site_id, gateway_id, tls, keys)
            gateways.append(LightGateway(address, head, lane_id))
        return gateways


class _Fleet:
    def __init__(self, site: EnrolledSite, gateways: list[LightGateway]) -> None:
        self._site = site
        self._gateways = gateways

    async def measure(self, steady_s: float) -> dict[str, float]:
        """First light, quiet work, storm."""
        started = time.perf_counter()
        tasks = [asyncio.create_task(gateway.run()) for gateway in self._gateways]
        try:
            first_s = max(await self._all_welcomed(since=started))
            for gateway in self._gateways:
                gateway.event_every_s = len(self._gateways) / EVENTS_PER_S
            await asyncio.sleep(SETTLE_S)
            cores, own_cores = await self._cores(steady_s)
            waiting = sum(gateway.waiting for gateway in self._gateways)
            storm_s, attempts = await self._storm()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return {
            "gateways": float(len(self._gateways)),
            "first_s": first_s,
            "storm_s": max(storm_s),
            "storm_p50_s": percentile(storm_s, 0.5),
            "storm_attempts_max": float(max(attempts)),
            "cloud_cores": cores,
            "clients_cores": own_cores,
            "events_waiting": float(waiting),
        }

    async def _storm(self) -> tuple[list[float], list[int]]:
        """Seconds until the Welcome and attempts to connect, for each gateway."""
        before = [gateway.attempts for gateway in self._gateways]
        started = time.perf_counter()
        await asyncio.to_thread(self._site.broker.kill)
        await asyncio.to_thread(self._site.broker.start)
        back = await self._all_welcomed(since=started)
        return back, [gateway.attempts - was for gateway, was in zip(self._gateways, before, strict=True)]

    async def _all_welcomed(self, *, since: float) -> list[float]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                moments = [gateway.welcomed_at for gateway in self._gateways]
                back = [moment - since for moment in moments if moment is not None and moment > since]
                if len(back) == len(self._gateways):
                    return back
                await asyncio.sleep(LOOK_EVERY_S)

    async def _cores(self, duration_s: float) -> tuple[float, float]:
        """How many processors the cloud, and this process, use on average."""
        cloud_before, own_before = _cpu_s(self._site.cloud.process.pid), time.process_time()
        started = time.perf_counter()
        await asyncio.sleep(duration_s)
        lasted_s = time.perf_counter() - started
        cloud_s, own_s = _cpu_s(self._site.cloud.process.pid) - cloud_before, time.process_time() - own_before
        return cloud_s / lasted_s, own_s / lasted_s


def _cpu_s(process_id: int) -> float:
    """Seconds of processor time that a process has used (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
