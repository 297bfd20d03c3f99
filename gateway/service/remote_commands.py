"""What staff order from afar: judged, done at most once and never late, answered with the result.

A command is believed only by a clock that the cloud has confirmed, for this very run of the program, and within its
time. What was done under a nonce is answered again, and not done again. An answer that may have been lost is repeated
when the cloud is there again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.lane_mode import LaneMode
from gateway.service.broker_choice import BrokerAddress, MoveEnd
from gateway.service.lane_modes import LaneModes, ModeRefusedError
from gateway.service.passage import LanePassages
from gateway.service.ports import Clock, CloudLink, LinkDownError, StoreBusyError
from gateway.service.software_update import SoftwareUpdates
from gateway.service.update_ports import DONE, Ending, UpdateOrder
from sync_protocol.gate_commands import (
    DIAGNOSTICS_BYTES_MAX,
    LIFE_MAX_MS,
    PART_BYTES_MAX,
    ChangeMode,
    CollectDiagnostics,
    CommandOutcome,
    EndEvacuation,
    Identify,
    MoveBroker,
    OpenOnce,
    Restart,
    UpdateSoftware,
)
from sync_protocol.messages import Command, CommandResult, DiagnosticsPart

logger = logging.getLogger(__name__)

KEPT_MAX: Final = 256
KEPT_S: Final = 600.0
SLOW_WAITING_MAX: Final = 4
AHEAD_MAX_MS: Final = 5_000
"""A command of the future shows that our clock is behind the cloud's by more than any message takes."""


class CannotCollectError(Exception):
    """The support bundle could not be made; the text says why."""


@dataclass(frozen=True, slots=True)
class CommandHands:
    """What commands are done with.

    `identify` gives whether any reader of the lane showed itself. `restart` None: nobody would start the program
    again. `collect` makes the support bundle. `move_broker` None: the configuration says where the broker is.
    """

    lanes: Mapping[str, LanePassages]
    modes: LaneModes
    identify: Callable[[str], bool]
    collect: Callable[[], Awaitable[bytes]]
    updates: SoftwareUpdates
    restart: Callable[[], None] | None
    move_broker: Callable[[BrokerAddress], Awaitable[MoveEnd]] | None = None


@dataclass(slots=True)
class _Kept:
    """A nonce that was seen, when, and the answer as soon as there is one."""

    seen_at: float
    result: CommandResult | None = None


class RemoteCommands:
    """`handle` does what is done at once; `run` does the rest, one command after the other, until cancelled.

    `run_id` is random for each start of the program.
    """

    def __init__(self, link: CloudLink, clock: Clock, hands: CommandHands, *, run_id: str) -> None:
        self._link = link
        self._clock = clock
        self._hands = hands
        self.run_id = run_id
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._slow: asyncio.Queue[Command] = asyncio.Queue(SLOW_WAITING_MAX)
        self._updating: bytes | None = None

    async def handle(self, command: Command) -> None:
        """Take one command, whose signature holds."""
        self._forget()
        if command.nonce == self._updating:
            return  # answered when it has ended, which may be long after others would be forgotten
        known = self._kept.get(command.nonce)
        if known is not None:
            if known.result is not None:
                await self._send(known.result)
            return
        if len(self._kept) >= KEPT_MAX:
            # To forget a nonce that may still come again would be to do it twice.
            await self._send(self._result(command, "refused", "too_many_commands"))
            return
        self._kept[command.nonce] = _Kept(self._clock.monotonic())
        hindrance = self._find_hindrance(command)
        if hindrance is not None:
            await self._answer(command, *hindrance)
        elif isinstance(command.action, UpdateSoftware):
            await self._begin_update(command, command.action)
        elif isinstance(command.action, CollectDiagnostics | Restart | MoveBroker):
            if self._slow.full():
                await self._answer(command, "refused", "too_many_commands")
            else:
                self._slow.put_nowait(command)
        else:
            await self._answer(command, *await self._perform(command))

    async def answer_again(self) -> None:
        """The cloud is there again: repeat the answers of the last minutes, some of which may have been lost."""
        self._forget()
        for kept in tuple(self._kept.values()):
            if kept.result is not None and not await self._send(kept.result):
                return

    async def run(self) -> None:
        """Do what takes long, one after the other."""
        while True:
            command = await self._slow.get()
            hindrance = self._find_hindrance(command)
            if hindrance is not None:
                await self._answer(command, *hindrance)
            elif isinstance(command.action, Restart):
                await self._restart(command)
            elif isinstance(command.action, MoveBroker):
                await self._answer(command, *await self._move_broker(command, command.action))
            else:
                await self._answer(command, *await self._collect(command))

    async def run_updates(self) -> None:
        """Bring releases in force that were ordered, beside all else; for ever."""
        await self._hands.updates.run(self)

    def expect(self, order: UpdateOrder) -> None:
        """An earlier run of the program began this update."""
        self._updating = order.nonce

    async def conclude(self, order: UpdateOrder, ending: Ending) -> None:
        """Answer an update, also in another run of the program than the one that was told."""
        outcome, detail = ending
        result = CommandResult(order.command_id, outcome, self._clock.wall_ms(), self._clock.trust, detail)
        self._updating = None
        self._kept.pop(order.nonce, None)
        self._kept[order.nonce] = _Kept(self._clock.monotonic(), result)
        logger.warning("command %s, an update: %s %s", order.command_id, outcome, detail)
        await self._send(result)

    def _find_hindrance(self, command: Command) -> Ending | None:
        """Why it is not done: the outcome and the word for it."""
        now_ms = self._clock.wall_ms()
        if command.run_id != self.run_id:
            return "missed", "restarted"
        if self._clock.trust != "synced" or command.issued_at_ms > now_ms + AHEAD_MAX_MS:
            return "refused", "clock_untrusted"
        if command.expires_at_ms - command.issued_at_ms > LIFE_MAX_MS:
            return "refused", "valid_for_too_long"
        if now_ms >= command.expires_at_ms:
            return "missed", "late"
        if command.lane_id not in self._hands.lanes:
            return "refused", "lane_unknown"
        return None

    async def _perform(self, command: Command) -> Ending:
        logger.warning("lane %s: %s, ordered by %s", command.lane_id, command.action, command.by)
        match command.action:
            case OpenOnce(direction):
                condition = self._hands.lanes[command.lane_id].open_once(direction, by=command.by)
                return DONE if condition == "free" else ("refused", f"lane_{condition}")
            case ChangeMode(mode, until):
                return await self._change_mode(command, LaneMode(mode), until)
            case EndEvacuation():
                if self._hands.modes.orders[command.lane_id].mode is not LaneMode.EVACUATION:
                    return "refused", "no_evacuation"
                return await self._order(command, LaneMode.NORMAL, None)
            case Identify():
                return DONE if self._hands.identify(command.lane_id) else ("failed", "no_reader_online")
            case _:
                raise AssertionError(f"not done at once: {command.action}")

    async def _change_mode(self, command: Command, mode: LaneMode, until: int | None) -> Ending:
        if self._hands.modes.orders[command.lane_id].mode is LaneMode.EVACUATION:
            return "refused", "evacuation"  # only its own command ends it
        return await self._order(command, mode, until)

    async def _order(self, command: Command, mode: LaneMode, until: int | None) -> Ending:
        try:
            await self._hands.modes.change(command.lane_id, mode, by=command.by, until=until)
        except ModeRefusedError:
            return "refused", "mode_is_over"
        except StoreBusyError:
            return "done", "not_kept_yet"
        return DONE

    async def _restart(self, command: Command) -> None:
        restart = self._hands.restart
        if restart is None:
            await self._answer(command, "refused", "not_supervised")
        elif await self._answer(command, *DONE):
            logger.warning("restarting, ordered by %s", command.by)
            restart()

    async def _move_broker(self, command: Command, action: MoveBroker) -> Ending:
        move = self._hands.move_broker
        if move is None:
            return "refused", "broker_configured"
        if not 0 < action.port < 65_536 or not action.host:
            return "refused", "broker_address_wrong"
        logger.warning("the broker is moved to %s, ordered by %s", action, command.by)
        end = await move(BrokerAddress(action.host, action.port))
        return DONE if end == "moved" else ("failed", f"broker_{end}")

    async def _begin_update(self, command: Command, action: UpdateSoftware) -> None:
        order = UpdateOrder(command.command_id, command.nonce)
        ending = self._hands.updates.begin(order, action)
        if ending is not None:
            await self._answer(command, *ending)
        else:
            logger.warning("the software is updated to %s, ordered by %s", action.version, command.by)
            self._updating = command.nonce

    async def _collect(self, command: Command) -> Ending:
        logger.warning("diagnostics are collected, ordered by %s", command.by)
        try:
            bundle = await self._hands.collect()
        except CannotCollectError as error:
            logger.warning("the support bundle was not made: %s", error)
            return "failed", "not_collected"
        if len(bundle) > DIAGNOSTICS_BYTES_MAX:
            return "failed", "too_large"
        parts = [bundle[start : start + PART_BYTES_MAX] for start in range(0, len(bundle), PART_BYTES_MAX)]
        try:
            for index, part in enumerate(parts):
                await self._link.publish(DiagnosticsPart(command.command_id, index, len(parts), part))
        except LinkDownError:
            return "failed", "link_lost"
        return DONE

    async def _answer(self, command: Command, outcome: CommandOutcome, detail: str) -> bool:
        result = self._result(command, outcome, detail)
        if (kept := self._kept.get(command.nonce)) is not None:
            kept.result = result
        logger.info("command %s: %s %s", command.command_id, outcome, detail)
        return await self._send(result)

    def _result(self, command: Command, outcome: CommandOutcome, detail: str) -> CommandResult:
        return CommandResult(command.command_id, outcome, self._clock.wall_ms(), self._clock.trust, detail)

    async def _send(self, result: CommandResult) -> bool:
        try:
            await self._link.publish(result)
        except LinkDownError:
            return False
        return True

    def _forget(self) -> None:
        """Let go of nonces whose commands have expired long ago, however the clock was corrected meanwhile."""
        now = self._clock.monotonic()
        while self._kept and now - next(iter(self._kept.values())).seen_at > KEPT_S:
            self._kept.popitem(last=False)
