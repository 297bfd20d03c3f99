"""Fakes for updates of the software: a folder in which root meets the gateway, a desk with packages, a release key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from gateway.service.software_update import Ground, SoftwareUpdates
from gateway.service.update_ports import CannotFetchError, Ending, UpdateOrder
from sync_protocol.gate_commands import UpdateSoftware
from sync_protocol.software_release import SignedRelease, SoftwareRelease, write_release

GOOD, BAD = bytes(64), bytes(63) + b"\x01"
URL = "https://releases.club.example/tornello-gateway_0.2.0_arm64.deb"
RELEASE = SoftwareRelease("tornello-gateway", "0.2.0", "arm64", "0f" * 32, 100)
ORDER = UpdateOrder("cmd_1", bytes(16))


def action(release: SoftwareRelease = RELEASE, *, is_signed: bool = True, url: str = URL) -> UpdateSoftware:
    text = write_release(release.to_manifest(), GOOD if is_signed else BAD)
    return UpdateSoftware(release.version, url, text)


async def turns() -> None:
    """Let whatever waits go on; threads, too."""
    await asyncio.to_thread(int)


@dataclass
class FakeUpdateFolder:
    """Root takes what it is asked, and tells `ending`; None: it never does."""

    ending: Ending | None = ("done", "")
    is_watched: bool = True
    order: UpdateOrder | None = None
    asked: list[str] = field(default_factory=list)
    fault: OSError | None = None

    def load_order(self) -> UpdateOrder | None:
        return self.order

    def save_order(self, order: UpdateOrder) -> None:
        if self.fault is not None:
            raise self.fault
        self.order = order

    def ask(self, order: UpdateOrder, release_text: str) -> None:
        self.order = order
        self.asked.append(release_text)

    def withdraw(self) -> None:
        self.asked.clear()

    def forget(self) -> None:
        self.order = None

    def is_taken(self, command_id: str) -> bool:
        return self.is_watched

    def find_ending(self, command_id: str) -> Ending | None:
        return self.ending


@dataclass
class UpdateStand:
    """The service with everything around it in memory."""

    folder: FakeUpdateFolder = field(default_factory=FakeUpdateFolder)
    has_key: bool = True
    fault: CannotFetchError | None = None
    fetched: list[str] = field(default_factory=list)
    told: list[tuple[UpdateOrder, Ending]] = field(default_factory=list)
    expected: list[UpdateOrder] = field(default_factory=list)
    gate: asyncio.Event | None = None

    def __post_init__(self) -> None:
        self.updates = SoftwareUpdates(Ground("0.1.0", "arm64"), self.folder, self, self, look_s=0)

    async def fetch(self, url: str, release: SoftwareRelease) -> None:
        self.fetched.append(url)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault

    def is_there(self) -> bool:
        return self.has_key

    def has_signed(self, signed: SignedRelease) -> bool:
        return signed.signature == GOOD

    def expect(self, order: UpdateOrder) -> None:
        self.expected.append(order)

    async def conclude(self, order: UpdateOrder, ending: Ending) -> None:
        self.told.append((order, ending))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.updates.run(self))
        try:
            async with asyncio.timeout(30):
                yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until_told(self) -> Ending:
        while not self.told:
            await turns()
        return self.told[-1][1]
