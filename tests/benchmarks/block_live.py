"""From the staff's click to the block in force at every gateway and proven in the cloud.

The whole path in one run: `tornello-cloud serve` and mosquitto as processes of their own, gateways that were enrolled
over HTTPS and run their real store and sync. The clock starts when the request is sent; `acked` is when the cloud has
committed the proof of the last gateway.
"""

import argparse
import asyncio
import functools
import sqlite3
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cloud.database import Database
from cloud.staff.service import StaffDetails, create_staff
from tests.benchmarks.enrolled_site import EnrolledSite, syncing_gateway
from tests.benchmarks.report import Report, percentile
from tests.club import Club

TARGET_P99_MS = 250.0
PATIENCE_S = 20.0
LOOK_EVERY_S = 0.001
PASSWORD = "only for this benchmark"
EMAIL = "benchmark@club.example"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=200, help="blocks and lifts to measure (200)")
    parser.add_argument("--gateways", type=int, default=2, help="gateways of the site (2)")
    parser.add_argument("--members", type=int, default=1000, help="members of the site (1000)")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder, ExitStack() as stack:
        seed = _Seed(arguments.gateways, arguments.members)
        site = EnrolledSite.set_up(Path(folder), seed.found, stack)
        rounds = asyncio.run(_measure(site, seed.member_ids, arguments.rounds))
    applied, acked = [each.applied_ms for each in rounds], [each.acked_ms for each in rounds]
    figures = {
        "p50_ms": percentile(acked, 0.5),
        "p99_ms": percentile(acked, 0.99),
        "applied_p50_ms": percentile(applied, 0.5),
        "applied_p99_ms": percentile(applied, 0.99),
        "answer_p50_ms": percentile([each.answer_ms for each in rounds], 0.5),
        "rounds": float(len(rounds)),
        "gateways": float(arguments.gateways),
        "members": float(arguments.members),
    }
    return Report("block_live", figures, {"p99_ms": TARGET_P99_MS})


class _Seed:
    """A club with somebody who may sign in; `member_ids` once it is founded."""

    def __init__(self, gateways: int, members: int) -> None:
        self._gateways = gateways
        self._members = members
        self.member_ids: list[str] = []

    def found(self, database: Database) -> tuple[str, list[str]]:
        club = Club.found(database)
        lanes = [club.add_lane(f"Lane {number}") for number in range(1, self._gateways + 1)]
        with database.transaction() as session:
            numbers = range(1, self._members + 1)
            self.member_ids = [club.add_member(session, f"Member {number}", card=number) for number in numbers]
            for member_id in self.member_ids:
                club.add_contract(session, member_id)
            details = StaffDetails(email=EMAIL, name="Benchmark", role="administrator")
            create_staff(session, club.actor, details, password=PASSWORD)
        return club.site_id, lanes


@dataclass
class _Round:
    """Milliseconds since the request was sent."""

    answer_ms: float
    applied_ms: float
    acked_ms: float


@dataclass
class _Gateways:
    """The newest revision in force at each gateway, and when it came."""

    revisions: dict[str, int] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, gateway_id: str, revision: int) -> None:
        self.revisions[gateway_id] = revision
        self.changed.set()

    async def reach(self, revision: int, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while sum(each >= revision for each in self.revisions.values()) < count:
                self.changed.clear()
                await self.changed.wait()


async def _measure(site: EnrolledSite, member_ids: list[str], rounds: int) -> list[_Round]:
    gateways = _Gateways()
    async with AsyncExitStack() as stack:
        for state_dir, identity in site.gateways:
            told = functools.partial(gateways.told, identity.gateway_id)
            await stack.enter_async_context(syncing_gateway(state_dir, identity, told))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE_S))
        token = (await client.post(f"{site.api_url}/sessions", json={"email": EMAIL, "password": PASSWORD})).json()
        client.headers["Authorization"] = f"Bearer {token['token']}"
        proofs = sqlite3.connect(f"file:{site.folder}/tornello.db?mode=ro", uri=True)
        stack.callback(proofs.close)
        await gateways.reach(1, len(site.gateways))
        measured: list[_Round] = []
        flag_id = ""
        for number in range(rounds):
            if number % 2 == 0:
                member_id = member_ids[number % len(member_ids)]
                url, body = f"{site.api_url}/members/{member_id}/flags", {"effect": "block", "texts": {"en": "No"}}
            else:
                url, body = f"{site.api_url}/flags/{flag_id}/clear", {}
            started = time.perf_counter()
            answer = await client.post(url, json=body)
            answered = time.perf_counter()
            flag_id = answer.raise_for_status().json()["id"]
            measured.append(await _follow(gateways, proofs, flag_id, len(site.gateways), (started, answered)))
    return measured


async def _follow(
    gateways: _Gateways, proofs: sqlite3.Connection, flag_id: str, count: int, times: tuple[float, float]
) -> _Round:
    started, answered = times
    row = proofs.execute("SELECT revision FROM desired_row WHERE key = ?", (f"flag/{flag_id}",)).fetchone()
    await gateways.reach(row[0], count)
    applied = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        query = "SELECT count(*) FROM row_proof WHERE row_key = ? AND revision >= ?"
        while proofs.execute(query, (f"flag/{flag_id}", row[0])).fetchone()[0] < count:
            await asyncio.sleep(LOOK_EVERY_S)
    acked = time.perf_counter()
    return _Round(*((moment - started) * 1000 for moment in (answered, applied, acked)))
