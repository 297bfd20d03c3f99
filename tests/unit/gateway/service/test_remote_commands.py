"""Commands from afar: at most once, never late, never by a clock that may be wrong, always answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from gateway.domain.lane_inputs import LaneSignal
from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.broker_choice import BrokerAddress, MoveEnd
from gateway.service.lane_modes import LaneModes
from gateway.service.passage import LanePassages
from gateway.service.relay_control import LaneTiming
from gateway.service.remote_commands import KEPT_MAX, KEPT_S, CannotCollectError, CommandHands, RemoteCommands
from sync_protocol.gate_commands import (
    DIAGNOSTICS_BYTES_MAX,
    PART_BYTES_MAX,
    PARTS_MAX,
    ChangeMode,
    CollectDiagnostics,
    CommandAction,
    EndEvacuation,
    Identify,
    MoveBroker,
    OpenOnce,
    Restart,
)
from sync_protocol.journal_events import AnonymousPassage, LaneChanged, LaneModeChanged
from sync_protocol.messages import Command, CommandResult, DiagnosticsPart
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeLink
from tests.gate_fakes import FakeJournal, FakeLane, FakeTimers
from tests.in_loop import in_loop
from tests.unit.gateway.service.test_lane_modes import FakeOrders, Nobody
from tests.update_fakes import UpdateStand

RUN = "run-a"


class Scene:
    def __init__(self, *, is_supervised: bool = True, move_ends: MoveEnd | None = "moved") -> None:
        self.link, self.clock, self.journal, self.relays = FakeLink(), FakeClock(), FakeJournal(), FakeLane()
        self.orders = FakeOrders()
        self.bundle = b"bundle"
        self.updates = UpdateStand().updates
        self.done: list[str] = []
        self.has_readers = self.can_collect = True
        self.lane = LanePassages(
            self.relays, LaneTiming(), journal=self.journal, timers=FakeTimers(), listener=Nobody()
        )
        self.modes = LaneModes(
            {"lan_a": self.lane}, self.orders, journal=self.journal, clock=self.clock, on_change=lambda: None
        )
        hands = CommandHands(
            {"lan_a": self.lane},
            self.modes,
            self._identify,
            self._collect,
            self.updates,
            (lambda: self.done.append("restart")) if is_supervised else None,
            self._move if move_ends else None,
        )
        self._move_ends = move_ends
        self.commands = RemoteCommands(self.link, self.clock, hands, run_id=RUN)
        self._count = 0

    def _identify(self, lane_id: str) -> bool:
        self.done.append(f"identify {lane_id}")
        return self.has_readers

    async def _collect(self) -> bytes:
        if not self.can_collect:
            raise CannotCollectError("the disk is gone")
        return self.bundle

    async def _move(self, address: BrokerAddress) -> MoveEnd:
        assert self._move_ends is not None
        self.done.append(f"move to {address}")
        return self._move_ends

    def command(self, action: CommandAction) -> Command:
        self._count += 1
        now_ms = self.clock.wall_ms()
        nonce = self._count.to_bytes(16, "big")
        return Command(f"cmd_{self._count}", nonce, RUN, "lan_a", action, now_ms, now_ms + 10_000, "stf_a")

    async def give(self, action: CommandAction) -> str:
        """Give a command; what the gateway answers, as `outcome detail`."""
        return await self.hand_over(self.command(action))

    async def hand_over(self, command: Command) -> str:
        await self.commands.handle(command)
        return self.answers()[-1]

    def answers(self) -> list[str]:
        results = [sent for sent in self.link.sent if isinstance(sent, CommandResult)]
        return [f"{result.outcome} {result.detail}".strip() for result in results]

    @property
    def unlocks(self) -> int:
        return sum(call.startswith("unlock") for call in self.relays.calls)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.commands.run())
        yield
        loop = asyncio.get_running_loop()
        for _ in range(20):
            turn = loop.create_future()
            loop.call_soon(turn.set_result, None)
            await turn
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@in_loop
async def test_open_once_drives_the_relay_and_says_who_did_it() -> None:
    scene = Scene()
    assert await scene.give(OpenOnce("in")) == "done"
    assert scene.relays.calls == ["unlock in 500"]
    assert scene.journal.bodies == [LaneChanged("lan_a", "remote_opened", "stf_a")]
    result = scene.link.sent[-1]
    assert result == CommandResult("cmd_1", "done", scene.clock.wall_ms(), "synced")


@in_loop
async def test_the_same_command_opens_once_and_is_answered_each_time() -> None:
    scene = Scene()
    command = scene.command(OpenOnce("in"))
    for _ in range(3):
        assert await scene.hand_over(command) == "done"
    assert scene.unlocks == 1
    assert len(set(map(str, scene.link.sent))) == 1


@in_loop
async def test_a_late_command_is_missed_and_not_done() -> None:
    scene = Scene()
    command = scene.command(OpenOnce("in"))
    scene.clock.advance(10)
    assert await scene.hand_over(command) == "missed late"
    assert scene.unlocks == 0


@in_loop
async def test_a_command_of_the_run_before_is_missed() -> None:
    scene = Scene()
    command = msgspec.structs.replace(scene.command(Restart()), run_id="run-before")
    assert await scene.hand_over(command) == "missed restarted"
    assert scene.done == []


@pytest.mark.parametrize("trust", ["untrusted", "floor"])
@in_loop
async def test_a_clock_that_nobody_has_confirmed_takes_no_command(trust: str) -> None:
    scene = Scene()
    scene.clock.trust = trust  # type: ignore[assignment]
    assert await scene.give(OpenOnce("in")) == "refused clock_untrusted"
    assert scene.unlocks == 0


@in_loop
async def test_a_clock_far_behind_the_clouds_takes_no_command() -> None:
    scene = Scene()
    command = scene.command(OpenOnce("in"))
    scene.clock.start_ms -= 60_000
    assert await scene.hand_over(command) == "refused clock_untrusted"


@in_loop
async def test_a_command_that_is_valid_for_hours_is_refused() -> None:
    scene = Scene()
    command = scene.command(OpenOnce("in"))
    longer = msgspec.structs.replace(command, expires_at_ms=command.expires_at_ms + 3_600_000)
    assert await scene.hand_over(longer) == "refused valid_for_too_long"


@in_loop
async def test_another_lane_is_not_opened() -> None:
    scene = Scene()
    command = scene.command(OpenOnce("in"))
    elsewhere = msgspec.structs.replace(command, lane_id="lan_b")
    assert await scene.hand_over(elsewhere) == "refused lane_unknown"


@in_loop
async def test_who_waits_at_the_lane_is_not_robbed_of_their_way() -> None:
    scene = Scene()
    await scene.give(OpenOnce("in"))
    assert await scene.give(OpenOnce("out")) == "refused lane_busy"
    assert await scene.give(OpenOnce("in")) == "done"


@in_loop
async def test_a_locked_lane_is_opened_and_one_in_lockdown_is_not() -> None:
    scene = Scene()
    await scene.give(ChangeMode("locked"))
    assert await scene.give(OpenOnce("in")) == "done"
    await scene.give(ChangeMode("lockdown"))
    assert await scene.give(OpenOnce("in")) == "refused lane_lockdown"


@in_loop
async def test_who_went_through_is_counted_without_a_name() -> None:
    scene = Scene()
    await scene.give(OpenOnce("out"))
    scene.relays.say(LaneSignal.ROTATION_OUT)
    assert scene.journal.bodies[-1] == AnonymousPassage("lan_a", "out", "remote_opened")


@in_loop
async def test_a_mode_comes_in_force_until_its_end() -> None:
    scene = Scene()
    until = scene.clock.wall_ms() // 1000 + 60
    assert await scene.give(ChangeMode("free_passage", until)) == "done"
    assert scene.journal.bodies == [LaneModeChanged("lan_a", "free_passage", "stf_a", until)]
    scene.clock.advance(61)
    scene.modes.end_due()
    assert scene.lane.mode is LaneMode.NORMAL


@in_loop
async def test_a_mode_that_is_over_already_is_refused() -> None:
    scene = Scene()
    assert await scene.give(ChangeMode("locked", scene.clock.wall_ms() // 1000)) == "refused mode_is_over"


@in_loop
async def test_a_full_disk_does_not_keep_a_lane_from_being_locked() -> None:
    scene = Scene()
    scene.orders.is_full = True
    assert await scene.give(ChangeMode("lockdown")) == "done not_kept_yet"
    assert scene.lane.mode is LaneMode.LOCKDOWN


@in_loop
async def test_only_its_own_command_ends_an_evacuation() -> None:
    scene = Scene()
    assert await scene.give(EndEvacuation()) == "refused no_evacuation"
    await scene.modes.change("lan_a", LaneMode.EVACUATION, by="local:root")
    assert await scene.give(ChangeMode("locked")) == "refused evacuation"
    assert scene.lane.state is LaneState.EVACUATION
    assert await scene.give(EndEvacuation()) == "done"
    assert scene.lane.mode is LaneMode.NORMAL


@in_loop
async def test_readers_show_themselves_where_there_are_any() -> None:
    scene = Scene()
    assert await scene.give(Identify()) == "done"
    assert scene.done == ["identify lan_a"]
    scene.has_readers = False
    assert await scene.give(Identify()) == "failed no_reader_online"


@in_loop
async def test_a_restart_is_answered_before_it_is_done() -> None:
    scene = Scene()
    async with scene.working():
        await scene.commands.handle(scene.command(Restart()))
    assert scene.answers() == ["done"]
    assert scene.done == ["restart"]


@in_loop
async def test_a_restart_that_cannot_be_answered_is_not_done() -> None:
    scene = Scene()
    async with scene.working():
        await scene.commands.handle(scene.command(Restart()))
        scene.link.is_connected = False
    assert scene.done == []


@in_loop
async def test_where_nobody_would_start_it_again_it_does_not_end() -> None:
    scene = Scene(is_supervised=False)
    async with scene.working():
        await scene.commands.handle(scene.command(Restart()))
    assert scene.answers() == ["refused not_supervised"]


@in_loop
async def test_diagnostics_are_sent_in_parts_before_the_result() -> None:
    scene = Scene()
    scene.bundle = bytes(DIAGNOSTICS_BYTES_MAX)
    async with scene.working():
        await scene.commands.handle(scene.command(CollectDiagnostics()))
    *parts, result = scene.link.sent
    assert [part.index for part in parts if isinstance(part, DiagnosticsPart)] == list(range(PARTS_MAX))
    assert all(len(part.data) == PART_BYTES_MAX for part in parts if isinstance(part, DiagnosticsPart))
    assert isinstance(result, CommandResult)
    assert result.outcome == "done"


@pytest.mark.parametrize(("is_large", "answer"), [(True, "failed too_large"), (False, "failed not_collected")])
@in_loop
async def test_diagnostics_that_cannot_be_had_are_said_so(is_large: bool, answer: str) -> None:
    scene = Scene()
    scene.bundle, scene.can_collect = bytes(DIAGNOSTICS_BYTES_MAX + 1), is_large
    async with scene.working():
        await scene.commands.handle(scene.command(CollectDiagnostics()))
    assert scene.answers() == [answer]


@pytest.mark.parametrize(
    ("end", "answer"),
    [("moved", "done"), ("not_reached", "failed broker_not_reached"), (None, "refused broker_configured")],
)
@in_loop
async def test_a_move_of_the_broker_is_answered_when_it_is_settled(end: MoveEnd | None, answer: str) -> None:
    scene = Scene(move_ends=end)
    async with scene.working():
        await scene.commands.handle(scene.command(MoveBroker("mqtt.club.example", 8883)))
    assert scene.answers() == [answer]
    assert scene.done == ([] if end is None else ["move to mqtt.club.example:8883"])


@pytest.mark.parametrize(("host", "port"), [("", 8883), ("mqtt.club.example", 0), ("mqtt.club.example", 70_000)])
@in_loop
async def test_a_broker_that_cannot_be_is_not_tried(host: str, port: int) -> None:
    scene = Scene()
    async with scene.working():
        await scene.commands.handle(scene.command(MoveBroker(host, port)))
    assert scene.answers() == ["refused broker_address_wrong"]
    assert scene.done == []


@in_loop
async def test_what_takes_long_is_not_begun_late() -> None:
    scene = Scene()
    await scene.commands.handle(scene.command(Restart()))
    scene.clock.advance(11)
    async with scene.working():
        pass
    assert scene.answers() == ["missed late"]
    assert scene.done == []


@in_loop
async def test_an_answer_that_was_lost_is_given_again_and_nothing_is_done_again() -> None:
    scene = Scene()
    scene.link.is_connected = False
    await scene.commands.handle(scene.command(OpenOnce("in")))
    assert scene.answers() == []
    scene.link.is_connected = True
    await scene.commands.answer_again()
    assert scene.answers() == ["done"]
    assert scene.unlocks == 1


@in_loop
async def test_with_too_many_nonces_to_remember_nothing_more_is_done_until_some_are_old() -> None:
    scene = Scene()
    for _ in range(KEPT_MAX):
        await scene.give(Identify())
    assert await scene.give(OpenOnce("in")) == "refused too_many_commands"
    scene.clock.advance(KEPT_S + 1)
    assert await scene.give(OpenOnce("in")) == "done"
