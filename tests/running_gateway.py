"""A whole gateway for tests: a club's state, a reader on a pty, a turnstile on a socket, no cloud to be found."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.bootstrap import run_gateway
from gateway.config import load_config
from gateway.identity import Identity
from gateway.status_client import STATUS_SOCKET, GatewayNotRunningError, read_status
from sync_protocol.credential_hash import hash_credential
from sync_protocol.journal_events import EventBody, parse_event
from sync_protocol.state_rows import CredentialRow, CredentialStatus, EntitlementRow, EntitlementWindow, StateRow
from tests.desired_state import DesiredState, load
from tests.reader_on_pty import FACILITY, ReaderOnPty
from tests.turnstile_on_socket import TurnstileOnSocket

SITE_KEY = bytes(range(32))
LANE_ID = "lan_test"
SCBK = bytes(range(16, 32))
SETTINGS = PeripheralSettings(scbk=SCBK)
DAY_S = 86_400

_CONFIG = """\
state_dir = "state"

[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "lane.sock"
pulse_ms = 100
passage_window_ms = 1000

[[bus]]
port = "{port}"
baud = 115200

[[bus.reader]]
name = "entry"
address = 0
lane = "Lane 1"
direction = "in"
scbk_file = "entry.key"
"""


def hash_of_card(card: int) -> str:
    return hash_credential(SITE_KEY, f"wiegand26:{FACILITY}:{card}")


def member(
    card: int,
    *windows: EntitlementWindow,
    name: str = "Anna",
    locale: str = "en",
    status: CredentialStatus = "active",
) -> tuple[StateRow, ...]:
    """A member with this card; without windows, with a contract that runs from yesterday for a month."""
    member_id = f"mem_{card}"
    return (
        CredentialRow(hash_of_card(card), member_id, status),
        EntitlementRow(member_id, name, locale, windows or (contract(card),)),
    )


def contract(card: int, *, from_day: int = -1, to_day: int = 30, visits_left: int | None = None) -> EntitlementWindow:
    """A contract in days from now."""
    now = int(time.time())
    return EntitlementWindow(f"ctr_{card}", now + from_day * DAY_S, now + to_day * DAY_S, visits_left=visits_left)


@dataclass(slots=True)
class RunningGateway:
    """The gateway and what stands around it; `records` are what its status socket says."""

    state_dir: Path
    reader: ReaderOnPty
    turnstile: TurnstileOnSocket
    task: asyncio.Task[None]
    records: list[dict[str, Any]] = field(default_factory=list)
    grew: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait_for(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The record of this kind with this number, counted from 1."""
        async with asyncio.timeout(30):
            while len(found := [record for record in self.records if record["type"] == kind]) < count:
                self.grew.clear()
                await self.grew.wait()
        return found[count - 1]

    async def tap(self, card: int) -> dict[str, Any]:
        """Present a card and wait for the decision."""
        count = sum(record["type"] == "decision" for record in self.records)
        self.reader.present(card)
        return await self.wait_for("decision", count + 1)

    async def stop(self) -> None:
        """End the gateway as SIGTERM does."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@contextlib.asynccontextmanager
async def running_gateway(
    folder: Path,
    rows: Sequence[StateRow] = (),
    *,
    who: Identity | None = None,
    more_config: str = "",
    settings: PeripheralSettings = SETTINGS,
) -> AsyncIterator[RunningGateway]:
    """Run a gateway, until its reader, which has these settings, is online.

    With rows it has these in force and heard from the cloud a minute ago; without any it was never told anything.
    `who` it is, is an enrolled gateway whose broker answers nobody, unless told otherwise.
    """
    if rows:
        await prepare_state(folder / "state", rows)
    async with ReaderOnPty(settings=settings) as reader, TurnstileOnSocket(folder / "lane.sock") as turnstile:
        write_config(folder, port=reader.port, more=more_config)
        path = folder / "gateway.toml"
        task = asyncio.create_task(run_gateway(load_config(path), who or identity(), path))
        gateway = RunningGateway(folder / "state", reader, turnstile, task)
        listening = asyncio.create_task(_listen(gateway))
        try:
            await turnstile.until(lambda: turnstile.is_connected)
            await reader.until(lambda: reader.lines.get(1, "") != "")
            await gateway.wait_for("state")
            yield gateway
        finally:
            listening.cancel()
            await gateway.stop()


def write_config(folder: Path, *, port: str, more: str = "") -> None:
    """The gateway's file, with what else it may say, and its reader's key."""
    (folder / "entry.key").write_text(SCBK.hex())
    (folder / "entry.key").chmod(0o600)
    (folder / "gateway.toml").write_text(_CONFIG.format(port=port) + more)


def identity() -> Identity:
    """An enrolled gateway whose broker answers nobody."""
    return Identity(
        site_id="sit_test",
        gateway_id="gwy_test",
        lane_id=LANE_ID,
        lane_name="Lane 1",
        broker_host="127.0.0.1",
        broker_port=1,
        signing_keys={},
        credential_key=SITE_KEY,
        site_name="Test Club",
        time_zone="Europe/Rome",
    )


async def prepare_state(state_dir: Path, rows: Sequence[StateRow]) -> None:
    """Bring rows in force, as if the cloud had just sent them."""
    desired = DesiredState()
    desired.put(*rows)
    store = GatewayStore.open(state_dir, SystemClock())
    async with store:
        await load(store.state, desired)
        await store.state.note_contact(int(time.time()) - 60)


async def read_journal(state_dir: Path) -> list[EventBody]:
    """What a stopped gateway has in its journal."""
    store = GatewayStore.open(state_dir, SystemClock())
    async with store:
        return [parse_event(sealed).body for sealed in await store.journal.read_outbox(-1, 1000)]


async def _listen(gateway: RunningGateway) -> None:
    while True:
        with contextlib.suppress(GatewayNotRunningError):
            async for record in read_status(gateway.state_dir / STATUS_SOCKET):
                gateway.records.append(json.loads(json.dumps(record)))
                gateway.grew.set()
        await asyncio.sleep(0.02)
