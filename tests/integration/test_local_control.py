"""The control socket: who may ask, what is answered, and what malformed requests do."""

import asyncio
import getpass
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from gateway.adapters.local_control import ASKERS_MAX, LocalControl
from gateway.control_client import Answer, Arguments, RequestRefusedError, ask
from gateway.status_client import GatewayNotRunningError


async def echo(arguments: Arguments) -> Answer:
    if arguments.get("text") == "no":
        raise RequestRefusedError("not that")
    return {"said": arguments.get("text"), "by": arguments["by"]}


async def fail(_: Arguments) -> Answer:
    raise KeyError("a bug")


async def wait_for_ever(_: Arguments) -> Answer:
    await asyncio.Event().wait()
    return {}


async def tell_much(_: Arguments) -> Answer:
    return {"much": "x" * 2_000_000}


@asynccontextmanager
async def served(path: Path, *, wait_s: float = 5.0) -> AsyncIterator[Path]:
    handlers = {"echo": echo, "wait": wait_for_ever, "fail": fail, "much": tell_much}
    control = LocalControl(path, handlers, wait_s=wait_s)
    task = asyncio.create_task(control.run())
    while not (path.exists() and stat.S_IMODE(path.stat().st_mode) == 0o660):
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    yield path
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not path.exists()


async def say(path: Path, line: bytes) -> dict[str, object]:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    answer = json.loads(await reader.readline())
    writer.close()
    assert isinstance(answer, dict)
    return answer


def test_a_request_is_answered_and_names_who_asks(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            assert await ask(path, "echo", text="hello") == {"said": "hello", "by": getpass.getuser()}

    asyncio.run(scene())


def test_a_request_cannot_say_that_somebody_else_asks(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            assert (await ask(path, "echo", by="the queen"))["by"] == getpass.getuser()

    asyncio.run(scene())


def test_a_refusal_is_told_with_its_reason(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            with pytest.raises(RequestRefusedError, match="not that"):
                await ask(path, "echo", text="no")
            with pytest.raises(RequestRefusedError, match="it knows echo, wait, fail, much"):
                await ask(path, "dance")

    asyncio.run(scene())


@pytest.mark.parametrize("line", [b"\n", b"[1]\n", b"\xff\xfe\n", b'{"do": 7}\n', b"x" * 5000 + b"\n"])
def test_a_malformed_request_is_refused_and_harms_nobody(tmp_path: Path, line: bytes) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            assert "refused" in await say(path, line)
            assert (await ask(path, "echo", text="still there"))["said"] == "still there"

    asyncio.run(scene())


def test_no_more_than_so_many_ask_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            waiting = [await asyncio.open_unix_connection(path) for _ in range(ASKERS_MAX)]
            for _, writer in waiting:
                writer.write(b'{"do": "wait"}\n')
            await asyncio.sleep(0.05)
            with pytest.raises(RequestRefusedError, match="at once"):
                await ask(path, "echo")
            for _, writer in waiting:
                writer.close()

    asyncio.run(scene())


def test_who_never_reads_the_answer_is_let_go_and_keeps_nobody_out(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock", wait_s=0.2) as path:
            deaf = [await asyncio.open_unix_connection(path, limit=1024) for _ in range(ASKERS_MAX)]
            for _, writer in deaf:
                writer.write(b'{"do": "much"}\n')
            async with asyncio.timeout(30):
                while True:
                    with suppress(RequestRefusedError):
                        assert (await ask(path, "echo", text="heard"))["said"] == "heard"
                        break
                    await asyncio.sleep(0.02)
            for _, writer in deaf:
                writer.close()

    asyncio.run(scene())


def test_a_long_answer_arrives_whole(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            assert len((await ask(path, "much"))["much"]) == 2_000_000

    asyncio.run(scene())


def test_half_a_character_is_answered_too(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            assert (await say(path, b'{"do": "echo", "text": "\\ud800"}\n'))["said"] == "\ud800"

    asyncio.run(scene())


def test_the_end_of_the_gateway_waits_for_no_request(tmp_path: Path) -> None:
    async def scene() -> None:
        control = LocalControl(tmp_path / "c.sock", {"wait": wait_for_ever})
        task = asyncio.create_task(control.run())
        while not (tmp_path / "c.sock").exists():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        reader, writer = await asyncio.open_unix_connection(tmp_path / "c.sock")
        writer.write(b'{"do": "wait"}\n')
        await asyncio.sleep(0.05)
        task.cancel()
        async with asyncio.timeout(2):
            await asyncio.gather(task, return_exceptions=True)
            assert not await reader.read()
        writer.close()

    asyncio.run(scene())


def test_a_gateway_that_does_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayNotRunningError, match="no gateway answers"):
        asyncio.run(ask(tmp_path / "c.sock", "echo"))


def test_a_request_that_fails_inside_is_answered_and_logged_and_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with served(tmp_path / "c.sock") as path:
            with pytest.raises(RequestRefusedError, match="see its log"):
                await ask(path, "fail")
            assert (await ask(path, "echo", text="still there"))["said"] == "still there"

    asyncio.run(scene())
    assert "a bug" in caplog.text
