"""What the cloud's signed words are worth to the clock, to the lease, and to the next start without a battery."""

import asyncio
import logging

from gateway.service.loss_log import LossLog
from gateway.service.ports import ClockFloorStore, SettableClock, StateStore, StoreBusyError

logger = logging.getLogger(__name__)

KEEP_EVERY_S = 60.0


class ClockKeeping:
    """Sets the clock, notes the contact, and stores a confirmed time once a minute."""

    def __init__(self, clock: SettableClock, state: StateStore, floor: ClockFloorStore) -> None:
        self._clock = clock
        self._state = state
        self._floor = floor
        self._losses = LossLog(logger)

    async def handle_signed_time(self, cloud_time_ms: int) -> bool:
        """The cloud has said what time it is: the lease runs from here. False: it may be an old word; better ask."""
        if not self._clock.note_signed_time(cloud_time_ms):
            return False
        try:
            await self._state.note_contact(cloud_time_ms // 1000)
        except StoreBusyError as error:
            self._tell_busy(error)
        return True

    async def handle_answered_time(self, cloud_time_ms: int, round_trip_s: float) -> None:
        """The cloud has answered what time it is: that holds, also where something later was believed before."""
        self._clock.note_answered_time(cloud_time_ms, round_trip_s)
        try:
            await self._state.correct_contact(cloud_time_ms // 1000)
        except StoreBusyError as error:
            self._tell_busy(error)

    async def keep(self) -> None:
        """Store the present time as the floor of the next start, if it is confirmed."""
        if self._clock.trust != "synced":
            return
        try:
            await self._floor.note_clock_floor(self._clock.wall_ms())
        except StoreBusyError as error:
            self._tell_busy(error)
        else:
            self._losses.tell_back("the time is stored again")

    def _tell_busy(self, error: StoreBusyError) -> None:
        self._losses.tell_loss(logging.WARNING, f"time and contact are not stored: {error}", "tried again and again")

    async def run(self) -> None:
        """Keep, once a minute, until cancelled."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            await self.keep()
