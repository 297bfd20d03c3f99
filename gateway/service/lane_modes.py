"""What lanes were told to be: in force at once, written to the journal, kept over a restart, ended in time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Final

from gateway.domain.lane_mode import LaneMode, ModeOrder, order_after_restart
from gateway.service.passage import LanePassages
from gateway.service.ports import Clock, Journal, LaneOrderStore, StoreBusyError
from sync_protocol.journal_events import LaneModeChanged

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0


class ModeRefusedError(Exception):
    """The lane cannot be told that; the text says why."""


class LaneModes:
    """The modes of all lanes of a gateway. `on_change` is called after each change, when it is in force."""

    def __init__(
        self,
        lanes: Mapping[str, LanePassages],
        store: LaneOrderStore,
        *,
        journal: Journal,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._lanes = lanes
        self._store = store
        self._journal = journal
        self._clock = clock
        self._on_change = on_change
        self._orders = {lane_id: ModeOrder() for lane_id in lanes}
        self._ends_at: dict[str, float] = {}
        """When orders end by the monotonic clock: one that was set back must not leave a lane open for longer."""

    @property
    def orders(self) -> Mapping[str, ModeOrder]:
        """What each lane is told to be now."""
        return self._orders

    def restore(self) -> None:
        """After a start: give each lane what it was told before, as far as that still holds."""
        is_clock_trusted = self._clock.trust != "untrusted"
        for lane_id in self._lanes:
            kept = self._store.orders.get(lane_id, ModeOrder())
            if kept.mode is LaneMode.NORMAL:
                continue
            order = order_after_restart(kept, self._now_s(), is_clock_trusted=is_clock_trusted)
            if order is None:
                self._bring_in_force(lane_id, ModeOrder(by="restart"))
            else:
                log.warning("lane %s: still %s, ordered by %s", lane_id, order.mode, order.by)
                self._hold(lane_id, order)

    async def change(self, lane_id: str, mode: LaneMode, *, by: str, until: int | None = None) -> None:
        """Bring a mode in force now, and return when a restart would not forget it.

        `until` is UTC seconds; None: until it is changed.

        Raises:
            ModeRefusedError: there is no such lane, or the end is not in the future.
            StoreBusyError: it is in force, but the disk does not take it now.
        """
        if lane_id not in self._lanes:
            raise ModeRefusedError(f"this gateway has no lane {lane_id}; it has: {', '.join(self._lanes)}")
        order = ModeOrder(mode, by, until)
        if order.is_over(self._now_s()):
            raise ModeRefusedError("the end of the mode must be in the future")
        if until is not None and mode is LaneMode.EVACUATION:
            raise ModeRefusedError("an evacuation has no end but one that somebody gives it")
        self._bring_in_force(lane_id, order)
        await self._store.keep(lane_id, order)

    async def run(self) -> None:
        """Restore; then end each mode in its time, and write what a busy disk did not take, until cancelled."""
        self.restore()
        while True:
            self.end_due()
            await self.write_missing()
            await asyncio.sleep(LOOK_EVERY_S)

    def end_due(self) -> None:
        """End what is over by now."""
        for lane_id, order in tuple(self._orders.items()):
            has_lasted = self._clock.monotonic() >= self._ends_at.get(lane_id, float("inf"))
            if has_lasted or order.is_over(self._now_s()):
                self._bring_in_force(lane_id, ModeOrder(by="time"))

    async def write_missing(self) -> None:
        """Keep what is in force and not kept yet; a disk that does not take it is asked again later."""
        for lane_id, order in tuple(self._orders.items()):
            if self._store.orders.get(lane_id, ModeOrder()) != order:
                with contextlib.suppress(StoreBusyError):
                    await self._store.keep(lane_id, order)

    def _bring_in_force(self, lane_id: str, order: ModeOrder) -> None:
        self._hold(lane_id, order)
        log.warning("lane %s: %s, ordered by %s", lane_id, order.mode, order.by)
        self._journal.append(LaneModeChanged(lane_id, order.mode, order.by, order.until))
        self._on_change()

    def _hold(self, lane_id: str, order: ModeOrder) -> None:
        self._orders[lane_id] = order
        self._ends_at.pop(lane_id, None)
        if order.until is not None:
            self._ends_at[lane_id] = self._clock.monotonic() + order.until - self._now_s()
        self._lanes[lane_id].change_mode(order.mode)

    def _now_s(self) -> int:
        return self._clock.wall_ms() // 1000
