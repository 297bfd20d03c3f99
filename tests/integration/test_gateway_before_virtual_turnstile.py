"""The real gateway before the virtual turnstile: what a person at the page does and sees, end to end on one machine."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.bootstrap import run_gateway
from gateway.config import load_config
from sync_protocol.state_rows import SiteRow
from tests.integration.turnstile_process import TurnstileProcess
from tests.reader_on_pty import FACILITY
from tests.running_gateway import identity, member, prepare_state

SITE = SiteRow("sit_test", "Test Club", "Europe/Rome", "it")
GOOD, UNKNOWN = 100, 999

_CONFIG = """\
state_dir = "state"

[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "lane-1.sock"

[[bus]]
port = "{port}"
baud = 115200

[[bus.reader]]
name = "entry"
address = 0
lane = "Lane 1"
direction = "in"
scbk_file = "lane-1.scbk"
text_encoding = "utf-8"
"""

Scenario = Callable[[TurnstileProcess], Awaitable[None]]


async def play(folder: Path, scenario: Scenario) -> None:
    """Run a scenario once the reader shows the gateway's idle text."""
    await prepare_state(folder / "state", [SITE, *member(GOOD, name="Anna", locale="it")])
    turnstile = TurnstileProcess(folder, status_socket=folder / "state" / "status.sock")
    (folder / "lane-1.scbk").chmod(0o600)
    (folder / "gateway.toml").write_text(_CONFIG.format(port=turnstile.port))
    async with turnstile:
        path = folder / "gateway.toml"
        gateway = asyncio.create_task(run_gateway(load_config(path), identity(), path))
        try:
            for name in ("secure", "lane_connected", "status_connected"):
                await turnstile.look(wait_for=name)
            await turnstile.look(wait_for="text", after=1)
            await scenario(turnstile)
        finally:
            gateway.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gateway
        assert await turnstile.stop() == 0


def test_a_good_member_is_greeted_and_walks_through(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        await turnstile.act("tap", card=f"{FACILITY}:{GOOD}")
        decided = (await turnstile.look(wait_for="decision"))["decision"]
        assert (decided["outcome"], decided["reason"], decided["rule"]) == ("allow", "granted", "contract")
        shown = (await turnstile.look(wait_for="text", after=3))["reader"]
        assert shown["light"]["on_color"] == "green"
        assert shown["lines"][1] == "Anna            "
        ended = await turnstile.look(wait_for="passage")
        assert ended["passage"]["is_taken"]
        assert ended["passage"]["tap_id"] == decided["tap_id"]
        assert (ended["counts"]["relay_in"], ended["counts"]["pass_in"]) == (1, 1)
        idle = (await turnstile.look(wait_for="text", after=5))["reader"]
        assert idle["lines"] == ["Avvicina la     ", "tessera         "]

    asyncio.run(play(tmp_path, scenario))


def test_an_unknown_card_is_refused_and_the_arm_holds(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        await turnstile.act("tap", card=f"{FACILITY}:{UNKNOWN}")
        refused = await turnstile.look(wait_for="sound")
        assert refused["reader"]["light"]["on_color"] == "red"
        assert refused["reader"]["sound"]["repeat_count"] == 3
        refused = await turnstile.look(wait_for="decision")
        assert refused["decision"]["reason"] == "credential_not_found"
        assert (await turnstile.act("push", direction="in"))["counts"]["bump"] == 1
        assert "relay_in" not in (await turnstile.look())["counts"]

    asyncio.run(play(tmp_path, scenario))


def test_a_reader_that_was_unplugged_serves_again(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        before = (await turnstile.act("unplug", is_active=True))["counts"]
        await turnstile.act("unplug", is_active=False)
        await turnstile.look(wait_for="secure", after=before["secure"])
        await turnstile.look(wait_for="text", after=before["text"] + 1)
        await turnstile.act("tap", card=f"{FACILITY}:{GOOD}")
        assert (await turnstile.look(wait_for="decision"))["decision"]["outcome"] == "allow"

    asyncio.run(play(tmp_path, scenario))
