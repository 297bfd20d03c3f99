"""Commands over the link with a real mosquitto: down signed and once, the answer up, nothing for who was not there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.database import Database
from cloud.gate_commands import service as gate_commands
from sync_protocol.gate_commands import CommandAction, OpenOnce, UpdateSoftware
from sync_protocol.messages import Command, CommandResult, Welcome
from tests.club import gateway_of
from tests.integration.site_stand import PATIENCE_S, Stand, now_ms, standing_site
from tests.release_signing import Builder, release_of


@pytest.fixture
def stand(tmp_path: Path, database: Database) -> Iterator[Stand]:
    with standing_site(tmp_path, database) as stand:
        yield stand


def ask(stand: Stand, gateway_id: str, request_id: str, action: CommandAction | None = None) -> str:
    wanted = action or OpenOnce("in")
    with stand.club.database.transaction() as session:
        lane_id = gateway_of(session, gateway_id).lane_id
        return gate_commands.ask(session, stand.club.actor, lane_id, wanted, request_id=request_id).id


def state(stand: Stand, command_id: str) -> str:
    with stand.club.database.session() as session:
        return gate_commands.get_command(session, command_id).state


async def until(stand: Stand, command_id: str, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(state, stand, command_id) != wanted:
            await asyncio.sleep(0.01)


def test_a_command_goes_down_once_and_its_answer_comes_up(stand: Stand) -> None:
    gateway = stand.add_gateway()

    async def converse() -> None:
        async with stand.link(), gateway.connected():
            await gateway.hello(run_id="run-a")
            await gateway.next(Welcome)
            command_id = await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-1")
            command = await gateway.next(Command)
            assert (command.command_id, command.run_id, command.action) == (command_id, "run-a", OpenOnce("in"))
            assert state(stand, command_id) == "sent"
            await gateway.say(CommandResult(command_id, "refused", now_ms(), "synced", "lane_busy"))
            await until(stand, command_id, "refused")
            await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-1")
            second = await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-2")
            assert (await gateway.next(Command)).command_id == second
        assert not [message for message in gateway.received if isinstance(message, Command)]

    asyncio.run(converse())


def test_what_was_asked_while_nobody_kept_the_link_is_sent_if_it_is_still_of_use(stand: Stand) -> None:
    gateway = stand.add_gateway()

    async def converse() -> None:
        async with stand.link(), gateway.connected():
            await gateway.hello(run_id="run-a")
            await gateway.next(Welcome)
        early = await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-1")
        with stand.club.database.transaction() as session:
            old = gate_commands.get_command(session, early)
            old.expires_at = old.asked_at
        fresh = await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-2")
        async with gateway.connected(), stand.link():
            assert (await gateway.next(Command)).command_id == fresh
            await until(stand, early, "missed")

    asyncio.run(converse())


def test_an_update_is_answered_by_the_run_after_the_restart(stand: Stand) -> None:
    gateway = stand.add_gateway()
    text = Builder().sign(release_of(b"package", "1.1.0"))
    action = UpdateSoftware("1.1.0", "https://releases.club.example/package.deb", text)

    async def converse() -> None:
        async with stand.link():
            async with gateway.connected():
                await gateway.hello(run_id="run-a")
                await gateway.next(Welcome)
                command_id = await asyncio.to_thread(ask, stand, gateway.gateway_id, "request-1", action)
                assert (await gateway.next(Command)).action == action
            async with gateway.connected():
                await gateway.hello(run_id="run-b")
                await gateway.next(Welcome)
                await gateway.say(CommandResult(command_id, "done", now_ms(), "synced"))
                await until(stand, command_id, "done")

    asyncio.run(converse())
