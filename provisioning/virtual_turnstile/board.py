"""All lanes of one process, opened and closed together."""

from contextlib import AsyncExitStack
from typing import Self

from provisioning.virtual_turnstile.cards import CardBook
from provisioning.virtual_turnstile.change_signal import ChangeSignal
from provisioning.virtual_turnstile.configuration import Settings
from provisioning.virtual_turnstile.lane import VirtualLane


class Board:
    """`async with Board(settings)`: ports and sockets are in place inside, and gone afterwards."""

    def __init__(self, settings: Settings) -> None:
        self.change = ChangeSignal()
        self.book = CardBook(settings.cards)
        self.lanes = {lane.name: VirtualLane(lane, self.change) for lane in settings.lanes}
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            for lane in self.lanes.values():
                opening.push_async_callback(lane.close)
                await lane.open()
            self._opened = opening.pop_all()
        return self

    async def __aexit__(self, *_failure: object) -> None:
        self.change.close()
        await self._opened.aclose()
