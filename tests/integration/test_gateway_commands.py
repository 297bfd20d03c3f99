"""A whole gateway is commanded over a real broker: the relay, the readers, the bundle, and what a replay does."""

import asyncio
import io
import secrets
import tarfile
import time
from pathlib import Path

import msgspec

from sync_protocol.gate_commands import CollectDiagnostics, CommandAction, Identify, OpenOnce, Restart
from sync_protocol.journal_events import AnonymousPassage
from sync_protocol.messages import Command, CommandResult, DiagnosticsPart, Hello
from tests.in_loop import in_loop
from tests.integration.test_gateway_whole import site
from tests.running_gateway import LANE_ID
from tests.scripted_cloud import ScriptedCloud


def order(cloud: ScriptedCloud, action: CommandAction) -> Command:
    """A command for the run that the gateway has told of last."""
    run_id = [said.run_id for said in cloud.heard if isinstance(said, Hello)][-1]
    now_ms = time.time_ns() // 1_000_000
    nonce = secrets.token_bytes(16)
    return Command(f"cmd_{nonce.hex()[:8]}", nonce, run_id, LANE_ID, action, now_ms, now_ms + 10_000, "stf_a")


def results(cloud: ScriptedCloud, command: Command) -> list[str]:
    return [
        f"{said.outcome} {said.detail}".strip()
        for said in cloud.heard
        if isinstance(said, CommandResult) and said.command_id == command.command_id
    ]


async def obey(cloud: ScriptedCloud, command: Command) -> str:
    """Send a command and wait for the answer."""
    await cloud.send(command)
    await cloud.until(lambda: bool(results(cloud, command)))
    return results(cloud, command)[-1]


@in_loop
async def test_a_gate_is_opened_once_however_often_the_command_comes(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, _):
        command = order(cloud, OpenOnce("in"))
        assert await obey(cloud, command) == "done"
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in"])
        gateway.turnstile.rotate("in")
        await cloud.send(command)
        await cloud.send(command)
        await cloud.until(lambda: results(cloud, command) == ["done"] * 3)
        assert gateway.turnstile.pulses == ["in"]
        passage = AnonymousPassage(LANE_ID, "in", "remote_opened")
        await cloud.until(lambda: any(event.body == passage for each in cloud.ledger.events.values() for event in each))


@in_loop
async def test_late_and_foreign_commands_open_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, _):
        fresh = order(cloud, OpenOnce("in"))
        late = msgspec.structs.replace(
            fresh, command_id="cmd_late", issued_at_ms=fresh.issued_at_ms - 20_000, expires_at_ms=fresh.issued_at_ms
        )
        assert await obey(cloud, late) == "missed late"
        before = msgspec.structs.replace(fresh, command_id="cmd_before", nonce=bytes(16), run_id="another run")
        assert await obey(cloud, before) == "missed restarted"
        # Without a supervisor nobody would start the gateway again.
        assert await obey(cloud, order(cloud, Restart())) == "refused not_supervised"
        assert gateway.turnstile.pulses == []


@in_loop
async def test_a_reader_shows_where_it_is(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, _):
        beeps = gateway.reader.beep_count
        assert await obey(cloud, order(cloud, Identify())) == "done"
        await gateway.reader.until(lambda: gateway.reader.lines.get(1) == "Lane 1")
        await gateway.reader.until(lambda: gateway.reader.beep_count > beeps)


@in_loop
async def test_the_support_bundle_comes_in_parts_while_the_gate_goes_on(tmp_path: Path) -> None:
    async with site(tmp_path) as (_, cloud, _broker):
        command = order(cloud, CollectDiagnostics())
        answer = asyncio.create_task(obey(cloud, command))
        assert await obey(cloud, order(cloud, OpenOnce("in"))) == "done"
        assert await answer == "done"
        parts = [said for said in cloud.heard if isinstance(said, DiagnosticsPart)]
    assert [part.index for part in parts] == list(range(parts[0].count))
    with tarfile.open(fileobj=io.BytesIO(b"".join(part.data for part in parts))) as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert {"config.toml", "status.json", "self-test.json", "journal.jsonl", "contents.json"} <= names
