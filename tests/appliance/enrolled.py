"""What an enrolled gateway at work leaves on a device: configuration, identity, keys, and a journal with rows."""

import os
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.identity import save_identity
from sync_protocol.journal_events import GatewayStarted
from tests.running_gateway import identity

STATE: Final = Path("var/lib/tornello-gateway")
EVENTS: Final = 500
PASSPHRASE: Final = "0123456789abcdef"
CONFIGURATION: Final = """\
state_dir = "/var/lib/tornello-gateway"

[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "/var/lib/tornello-gateway/lane.sock"

[[scanner]]
name = "entry"
lane = "Lane 1"
direction = "in"
port = "/dev/ttyS9"
"""


async def enrol(root: Path) -> None:
    """Make the device's gateway one that has been enrolled and has events that the cloud does not have yet."""
    state = root / STATE
    (root / "etc/tornello/gateway.toml").write_text(CONFIGURATION)
    (root / "etc/tornello/entry.key").write_text("00" * 16)
    save_identity(state, replace(identity(), signing_keys={"00": bytes(32)}))
    (root / "etc/credstore").mkdir(exist_ok=True)
    (root / "etc/credstore/tornello-gateway.identity-passphrase").write_text(PASSPHRASE)
    async with GatewayStore.open(state, SystemClock()) as store:
        for number in range(EVENTS):
            store.journal.append(GatewayStarted("0.1.0", number))
        await store.journal.flushed()
    user, group = user_of(root)
    for path in [state, *state.rglob("*"), root / "etc/tornello/entry.key"]:
        os.chown(path, user, group, follow_symlinks=False)


def user_of(root: Path) -> tuple[int, int]:
    """The numbers of the gateway's user and group on the device."""
    for line in (root / "etc/passwd").read_text().splitlines():
        if line.startswith("tornello-gateway:"):
            return int(line.split(":")[2]), int(line.split(":")[3])
    raise AssertionError("the package has made no user")


def journal_rows(root: Path) -> dict[int, tuple[bytes, bytes]]:
    """Every event in the device's journal by number, read from a copy: a running gateway holds its file locked."""
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("", "-wal"):
            file = root / STATE / f"journal.db{ending}"
            if file.exists():
                shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / "journal.db")
        rows = {
            seq: (content, chain) for seq, content, chain in connection.execute("SELECT seq, content, chain FROM event")
        }
        connection.close()
    return rows
