"""Puts the lanes of a gateway together, of whatever kind: their relays and inputs, their passages, their modes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.adapters.lane_composite import CompositeLane, LanePart
from gateway.adapters.lane_gpio import GpioLane, request_lines
from gateway.adapters.lane_osdp import OsdpLane, ReaderWiring
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.adapters.virtual_lane import VirtualLane
from gateway.bootstrap_readers import Wire
from gateway.config import GatewayConfig
from gateway.config_lanes import LaneConfig
from gateway.control_client import Answer, Arguments, RequestRefusedError
from gateway.domain.access_point import ReaderKey
from gateway.domain.lane_mode import LaneMode
from gateway.lane_release import wiring_of
from gateway.service.lane_modes import LaneModes, ModeRefusedError
from gateway.service.passage import LanePassages, PassageListener
from gateway.service.ports import Clock, ReaderOutputs, ReaderStatus
from gateway.service.status_records import LaneStatus

MINUTES_MAX = 60 * 24 * 31


class Lanes:
    """All lanes of one gateway; `parts` are to be run, each under its lane's id.

    Raises:
        GpioError: a lane's lines cannot be had.
    """

    def __init__(self, config: GatewayConfig, own_lane_id: str, wires: Sequence[Wire]) -> None:
        self._configs = {lane.lane_id or own_lane_id: lane for lane in config.lanes}
        self._on_readers: list[OsdpLane] = []
        outputs = {position.name: wire.bus for wire in wires for position, _ in wire.readers}
        self.adapters = {lane_id: self._build(lane_id, lane, outputs) for lane_id, lane in self._configs.items()}
        self.passages: dict[str, LanePassages] = {}

    def follow(self, store: GatewayStore, clock: Clock, report: PassageListener, on_change: Callable[[], None]) -> None:
        """Begin to give grants, and give each lane the mode that it had."""
        self.passages = {
            lane_id: LanePassages(
                lane,
                self._configs[lane_id].timing,
                journal=store.journal,
                timers=asyncio.get_running_loop(),
                listener=report,
                control=self._configs[lane_id].control,
            )
            for lane_id, lane in self.adapters.items()
        }
        self.modes = LaneModes(
            self.passages, store.lane_orders, journal=store.journal, clock=clock, on_change=on_change
        )
        self._clock = clock

    @property
    def reports(self) -> list[LaneStatus]:
        """How each lane is."""
        return [
            LaneStatus(
                lane_id,
                self._configs[lane_id].name,
                lane.state,
                mode=self.modes.orders[lane_id].mode,
                mode_until=self.modes.orders[lane_id].until,
            )
            for lane_id, lane in self.passages.items()
        ]

    @property
    def known(self) -> Sequence[tuple[LaneConfig, LanePart, LanePassages]]:
        """Each lane with all that there is of it."""
        return [(self._configs[lane_id], self.adapters[lane_id], self.passages[lane_id]) for lane_id in self._configs]

    def handle_status(self, status: ReaderStatus) -> None:
        """Something changed at a reader: perhaps a lane's relays are in it."""
        for lane in self._on_readers:
            if lane.reader == status.reader:
                lane.handle_status(status)

    async def handle_mode_request(self, arguments: Arguments) -> Answer:
        """A request of the control socket: tell a lane its mode for so many minutes, or how it is."""
        match arguments:
            case {"lane": str(wanted), **more}:
                lane_id = self._find(wanted)
            case _:
                raise RequestRefusedError("the request names no lane")
        if more.get("mode") is not None:
            await self._change(lane_id, more)
        order = self.modes.orders[lane_id]
        return {
            "lane_id": lane_id,
            "name": self._configs[lane_id].name,
            "state": self.passages[lane_id].state,
            "mode": order.mode,
            "by": order.by,
            "mode_until": order.until,
        }

    async def _change(self, lane_id: str, arguments: Mapping[str, Any]) -> None:
        minutes = arguments.get("minutes")
        if minutes is not None and (type(minutes) is not int or not 1 <= minutes <= MINUTES_MAX):
            raise RequestRefusedError(f"a mode may last from 1 to {MINUTES_MAX} minutes")
        until = None if minutes is None else self._clock.wall_ms() // 1000 + minutes * 60
        try:
            mode = LaneMode(arguments["mode"])
            await self.modes.change(lane_id, mode, by=f"local:{arguments['by']}", until=until)
        except (ValueError, ModeRefusedError) as error:
            raise RequestRefusedError(str(error)) from error

    def _find(self, wanted: str) -> str:
        """The id of the lane with this id or name."""
        for lane_id, lane in self._configs.items():
            if wanted in (lane_id, lane.name):
                return lane_id
        names = ", ".join(lane.name for lane in self._configs.values())
        raise RequestRefusedError(f"no lane is called {wanted!r}; there are: {names}")

    def _build(self, lane_id: str, config: LaneConfig, outputs: Mapping[str, object]) -> LanePart:
        timers = asyncio.get_running_loop()
        parts: list[LanePart] = []
        if config.socket is not None:
            parts.append(VirtualLane(lane_id, config.socket, timers=timers))
        if (wiring := wiring_of(config)) is not None:
            parts.append(GpioLane(lane_id, wiring, request_lines(wiring), timers=timers))
        if (osdp := config.osdp) is not None:
            bus = outputs[osdp.reader]
            assert isinstance(bus, ReaderOutputs), "the configuration names a reader of an OSDP bus"
            reader = ReaderWiring(ReaderKey(osdp.reader), osdp.relays, osdp.inputs, osdp.active_low)
            self._on_readers.append(OsdpLane(lane_id, reader, bus, timers=timers))
            parts.append(self._on_readers[-1])
        return parts[0] if len(parts) == 1 else CompositeLane(parts)
