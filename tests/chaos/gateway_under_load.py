"""`python -m tests.chaos.gateway_under_load FILE`: the sync half of a gateway that writes events until it is killed.

FILE is the JSON of a `LoadPlan`. Every event has a name of its own, which is printed as soon as the journal says that
it is on the disk: from then on it must reach the cloud, whoever dies.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from gateway.adapters.cloud_link_mqtt import CloudAddress
from gateway.adapters.store_sqlite.store import GatewayStore
from mqtt_client.tls import TlsFiles
from sync_protocol.journal_events import GatewayStarted
from tests.running_sync import running_sync_at

EVENTS_AT_ONCE: Final = 5
PAUSE_S: Final = 0.05


@dataclass(frozen=True)
class LoadPlan:
    """Who the gateway is and where everything lies; `signing_keys` are hex.

    `enough` is a file: when it is there, nothing more is written.
    """

    state_dir: str
    enough: str
    host: str
    port: int
    site_id: str
    gateway_id: str
    authority: str
    certificate: str
    key: str
    signing_keys: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @property
    def address(self) -> CloudAddress:
        keys = {key_id: bytes.fromhex(raw) for key_id, raw in self.signing_keys.items()}
        tls = TlsFiles(Path(self.authority), Path(self.certificate), Path(self.key))
        return CloudAddress(self.host, self.port, self.site_id, self.gateway_id, tls, keys)


async def write_on(store: GatewayStore, enough: Path) -> None:
    """Events at a steady pace until the file `enough` is there."""
    number = 0
    while not enough.exists():
        names = [f"{os.getpid()}-{number + offset}" for offset in range(EVENTS_AT_ONCE)]
        number += EVENTS_AT_ONCE
        for name in names:
            store.journal.append(GatewayStarted(name, store.state.applied_revision))
        await store.journal.flushed()
        print(*names, sep="\n", flush=True)
        await asyncio.sleep(PAUSE_S)


async def run(plan: LoadPlan) -> None:
    """Until killed, or ended in order by SIGTERM."""
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    async with running_sync_at(Path(plan.state_dir), plan.address) as sync:
        writing = asyncio.ensure_future(write_on(sync.store, Path(plan.enough)))
        await end.wait()
        writing.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(run(LoadPlan.read(Path(sys.argv[1]))))
