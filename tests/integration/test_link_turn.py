"""Several processes on one database: one keeps the link, another takes over when it ends, however it ends."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud import bus
from cloud.database import Database
from cloud.gateway_link.link import run_link
from cloud.gateway_link.turn import Turn, take_turn
from sync_protocol.messages import Welcome
from tests.integration.site_stand import PATIENCE_S, Stand, standing_site

_HOLD = """
import sys, time
from cloud import bus
from cloud.database import Database
from cloud.gateway_link.turn import take_turn
turn = take_turn(Database(sys.argv[1], dispatch=bus.dispatch), "one")
print("taken" if turn else "refused", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other(database_url: str) -> Iterator[Database]:
    """The same database as another process has it."""
    other = Database(database_url, dispatch=bus.dispatch)
    yield other
    other.close()


def take_turn_soon(database: Database) -> Turn:
    """PostgreSQL notices within moments that whoever had the turn is gone."""
    deadline = time.monotonic() + PATIENCE_S
    while (turn := take_turn(database, "one")) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert turn is not None
    return turn


def test_one_has_the_turn_until_it_ends(database: Database, other: Database) -> None:
    first = take_turn(database, "one")
    assert first is not None
    assert first.is_kept()
    assert take_turn(other, "one") is None
    first.end()
    take_turn_soon(other).end()


def test_the_turn_of_a_killed_process_is_free_at_once(database_url: str, database: Database) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, database_url], stdout=subprocess.PIPE, text=True, env=environment
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        assert take_turn(database, "one") is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    take_turn_soon(database).end()


def test_a_second_worker_stands_by_and_takes_over(tmp_path: Path, database: Database, other: Database) -> None:
    with standing_site(tmp_path, database) as stand:
        asyncio.run(_take_over(stand, other))


async def _take_over(stand: Stand, other: Database) -> None:
    gateway = stand.add_gateway()
    async with gateway.connected():
        async with stand.link():
            standby = asyncio.create_task(run_link(stand.settings, other))
            for _ in range(3):
                await gateway.hello()
                await gateway.next(Welcome)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await gateway.hello()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await gateway.next(Welcome)
                        break
        standby.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await standby
