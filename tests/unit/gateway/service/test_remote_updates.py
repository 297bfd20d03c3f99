"""Updates among the commands: answered when they have ended, once for every repetition, also by the next run."""

import asyncio

import msgspec

from gateway.service.update_ports import UpdateOrder
from tests.in_loop import in_loop
from tests.unit.gateway.service.test_remote_commands import Scene
from tests.update_fakes import action, turns


@in_loop
async def test_an_update_is_answered_when_it_has_ended_and_once_for_every_repetition() -> None:
    scene = Scene()
    task = asyncio.create_task(scene.commands.run_updates())
    command = scene.command(action())
    try:
        async with asyncio.timeout(30):
            await turns()
            await scene.commands.handle(command)
            await scene.commands.handle(command)
            while not scene.answers():
                await turns()
        scene.clock.advance(1.0)
        assert await scene.hand_over(command) == "done"
    finally:
        task.cancel()
    assert scene.answers() == ["done", "done"]


@in_loop
async def test_an_update_that_is_not_signed_is_refused_at_once() -> None:
    scene = Scene()
    assert await scene.give(action(is_signed=False)) == "refused release_unsigned"


@in_loop
async def test_an_update_that_an_earlier_run_began_is_answered_and_not_missed() -> None:
    scene = Scene()
    command = scene.command(action())
    order = UpdateOrder(command.command_id, command.nonce, is_asked=True)
    scene.commands.expect(order)
    await scene.commands.handle(msgspec.structs.replace(command, run_id="the run before"))
    assert scene.answers() == []
    await scene.commands.conclude(order, ("failed", "update_rolled_back"))
    await scene.commands.answer_again()
    assert scene.answers() == ["failed update_rolled_back"] * 2
