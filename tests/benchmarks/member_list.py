"""Lists and searches of members over HTTP: a large club, several clients at once, the service in its own process.

Each client repeats what a front desk does: the first page, the next page, the beginning of a last name, a whole name, a
telephone number, a card number, somebody who does not exist; half of it through the API, half as the console's page.
Clients at a desk pause between two requests; `busy_` figures are of clients that never do, and tell the throughput.
"""

import argparse
import asyncio
import random
import time
from dataclasses import dataclass, replace
from typing import Final

import httpx

from cloud import bus
from cloud.database import Database
from tests.benchmarks.large_club import EMAIL, PASSWORD, LargeClub, add_club_arguments, open_club, read_large_club
from tests.benchmarks.report import Report, percentile
from tests.running_cloud import running_cloud

TARGET_P95_MS: Final = 25.0
Samples = dict[str, list[float]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_club_arguments(parser)
    parser.add_argument("--clients", type=int, default=8, help="clients at once (8)")
    parser.add_argument("--pause-ms", type=float, default=250, help="between two requests of a client (250)")
    parser.add_argument("--rounds", type=int, default=20, help="rounds of each client (20)")


def run(arguments: argparse.Namespace) -> Report:
    with open_club(arguments) as place:
        large = _read(place.url)
        with running_cloud(place.folder, {"DATABASE_URL": place.url}, "--no-worker") as cloud:
            address = f"http://127.0.0.1:{cloud.port('http')}"
            pace = _Pace(arguments.clients, arguments.rounds, arguments.pause_ms / 1000)
            asyncio.run(_measure(address, large, _Pace(clients=1, rounds=2, pause_s=0)))  # templates are compiled once
            together = asyncio.run(_measure(address, large, pace))
            started = time.perf_counter()
            busy = [
                x for each in asyncio.run(_measure(address, large, replace(pace, pause_s=0))).values() for x in each
            ]
            busy_s = time.perf_counter() - started
    everything = [each for samples in together.values() for each in samples]
    figures = {
        "p50_ms": percentile(everything, 0.5),
        "p95_ms": percentile(everything, 0.95),
        "p99_ms": percentile(everything, 0.99),
        **{f"{name}_p95_ms": percentile(samples, 0.95) for name, samples in sorted(together.items())},
        "busy_p50_ms": percentile(busy, 0.5),
        "busy_p95_ms": percentile(busy, 0.95),
        "busy_requests_per_s": len(busy) / busy_s,
        "members": float(large.members),
        "clients": float(arguments.clients),
    }
    return Report("member_list", figures, {"p95_ms": TARGET_P95_MS})


@dataclass(frozen=True)
class _Pace:
    """How many clients do how many rounds, and how long each pauses between two requests, on average."""

    clients: int
    rounds: int
    pause_s: float


def _read(url: str) -> LargeClub:
    database = Database(url, dispatch=bus.dispatch)
    large = read_large_club(database)
    database.close()
    return large


async def _measure(address: str, large: LargeClub, pace: _Pace) -> Samples:
    samples: Samples = {}
    async with httpx.AsyncClient(base_url=address) as door:
        answer = await door.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
        token = answer.cookies["tornello_session"]
    async with asyncio.TaskGroup() as tasks:
        for number in range(pace.clients):
            client = httpx.AsyncClient(base_url=address, cookies={"tornello_session": token}, timeout=30)
            tasks.create_task(_work(client, large, random.Random(number), pace, samples))
    return samples


async def _work(
    client: httpx.AsyncClient, large: LargeClub, chance: random.Random, pace: _Pace, samples: Samples
) -> None:
    async with client:
        for number in range(pace.rounds):
            path, name = ("/api/v1/members", "query") if number % 2 else ("/members", "q")
            for kind, query in _queries(large, chance).items():
                await asyncio.sleep(pace.pause_s * chance.uniform(0.5, 1.5))
                await _get(client, path, {name: query}, samples.setdefault(kind, []))
            first = await client.get("/api/v1/members")
            await _get(client, path, {"after": first.json()["next"]}, samples.setdefault("next_page", []))


def _queries(large: LargeClub, chance: random.Random) -> dict[str, str]:
    number = chance.randrange(len(large.member_ids))
    last_name = large.last_names[number]
    return {
        "first_page": "",
        "beginning": last_name[:4],
        "last_name": last_name,
        "phone": large.phones[number],
        "card": large.cards[number],
        "nobody": f"{last_name} qqq",
    }


async def _get(client: httpx.AsyncClient, path: str, parameters: dict[str, str], samples: list[float]) -> None:
    started = time.perf_counter()
    answer = await client.get(path, params=parameters)
    samples.append((time.perf_counter() - started) * 1000)
    answer.raise_for_status()
