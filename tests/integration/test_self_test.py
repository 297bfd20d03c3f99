"""The self-test of a running gateway through its socket, and of one that does not run."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.control_client import CONTROL_SOCKET, RequestRefusedError, ask
from gateway.self_test.alone import check_alone
from gateway.self_test.report_file import ReportFile
from tests.running_gateway import member, read_journal, running_gateway, write_config

ROWS = member(100)


def by_check(answer: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {f"{check['check']} {check['subject']}".rstrip(): check for check in answer["checks"]}


def test_a_running_gateway_tests_itself_and_keeps_the_result(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_gateway(tmp_path, ROWS) as gateway:
            checks = by_check(await ask(gateway.state_dir / CONTROL_SOCKET, "self_test", relay=False))
            assert checks["reader entry"]["verdict"] == "good"
            assert checks["inputs Lane 1"] == {
                "check": "inputs",
                "verdict": "good",
                "finding": "",
                "subject": "Lane 1",
                "measured": "locked",
            }
            assert checks["relay Lane 1 in"]["finding"] == "relay_not_asked"
            assert checks["decision"]["verdict"] == "good"
            assert checks["broker"]["finding"] == "certificate_refused"
            assert checks["certificate"]["finding"] == "not_enrolled"
            assert "fsync" in checks["disk"]["measured"]
            stored = ReportFile(gateway.state_dir).load()
            assert stored is not None
            assert len(stored.outcomes) == len(checks)
            assert gateway.turnstile.pulses == []

    asyncio.run(scene())


def test_relays_are_pulsed_only_when_asked_for_and_leave_no_access_in_the_journal(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_gateway(tmp_path, ROWS) as gateway:
            checks = by_check(await ask(gateway.state_dir / CONTROL_SOCKET, "self_test", relay=True))
            assert checks["relay Lane 1 in"]["verdict"] == checks["relay Lane 1 out"]["verdict"] == "good"
            await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in", "out"])
        events = {type(body).__name__ for body in await read_journal(gateway.state_dir)}
        assert "AccessDecided" not in events

    asyncio.run(scene())


def test_only_one_self_test_runs_at_a_time(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_gateway(tmp_path, ROWS) as gateway:
            path = gateway.state_dir / CONTROL_SOCKET
            first = asyncio.create_task(ask(path, "self_test", relay=True))
            await asyncio.sleep(0.2)
            with pytest.raises(RequestRefusedError, match="runs already"):
                await ask(path, "self_test", relay=False)
            await first

    asyncio.run(scene())


def test_the_command_prints_a_table_and_ends_with_1_because_the_broker_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene() -> int:
        async with running_gateway(tmp_path, ROWS):
            config = str(tmp_path / "gateway.toml")
            return await asyncio.to_thread(main, ["self-test", "--config", config])

    assert asyncio.run(scene()) == 1
    told = capsys.readouterr().out
    assert "good        reader entry" in told
    assert "BAD         broker" in told
    assert "do not accept each other's certificate" in told
    assert "\033[" not in told


def test_without_the_service_the_rest_is_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(tmp_path, port="/dev/ttyS99")
    assert main(["self-test", "--config", str(tmp_path / "gateway.toml"), "--json"]) == 1
    checks = by_check(json.loads(capsys.readouterr().out))
    assert checks["service"]["verdict"] == "warning"
    assert checks["port ttyS99"]["finding"] == "port_missing"
    assert checks["certificate"]["finding"] == "not_enrolled"
    assert checks["reader"]["verdict"] == checks["relay"]["verdict"] == "not_tested"


def test_a_configuration_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    outcomes = check_alone(tmp_path / "gateway.toml")
    assert [(outcome.check, outcome.verdict) for outcome in outcomes] == [
        ("service", "warning"),
        ("configuration", "bad"),
    ]


def test_gates_do_not_move_without_somebody_s_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(tmp_path, port="/dev/ttyS99")
    assert main(["self-test", "--relay", "--config", str(tmp_path / "gateway.toml")]) == 2
    assert "--yes when everybody is clear" in capsys.readouterr().err
