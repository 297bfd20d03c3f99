"""The commands that look into a gateway, beside a running one and without one."""

import asyncio
import csv
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from sync_protocol.journal_events import AccessDecided
from sync_protocol.state_rows import SiteRow
from tests.running_gateway import SCBK, SITE_KEY, hash_of_card, member, prepare_state, read_journal, running_gateway
from tests.running_gateway import write_config as write_gateway_config

ROWS = (
    SiteRow("sit_test", "Test Club", "Europe/Rome", "en"),
    *member(100, name="Anna Rossi"),
    *member(200, name="Bruno Bianchi"),
)
CARD = "17:100"


def run(folder: Path, *arguments: str) -> int:
    return main([*arguments, "--config", str(folder / "gateway.toml")])


def beside_a_running_gateway(folder: Path, then: Callable[[Any], Any]) -> Any:
    async def scene() -> Any:
        async with running_gateway(folder, ROWS) as gateway:
            return await then(gateway)

    return asyncio.run(scene())


def test_a_dry_tap_tells_the_answer_and_leaves_no_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def then(gateway: Any) -> list[str]:
        assert await asyncio.to_thread(run, tmp_path, "tap", "--card", CARD) == 0
        return list(gateway.turnstile.pulses)

    assert beside_a_running_gateway(tmp_path, then) == []
    told = capsys.readouterr().out
    assert "dry run at entry: allow: granted" in told
    assert "the gate opens; shown: Welcome / Anna Rossi" in told
    assert not [body for body in asyncio.run(read_journal(tmp_path / "state")) if isinstance(body, AccessDecided)]


def test_a_dry_tap_of_a_card_that_nobody_has_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def then(_: Any) -> None:
        assert await asyncio.to_thread(run, tmp_path, "tap", "--card", "17:999") == 0

    beside_a_running_gateway(tmp_path, then)
    told = capsys.readouterr().out
    assert "block: credential_not_found" in told
    assert "the gate stays shut; shown: Unknown card / Ask at reception" in told


def test_a_tap_for_real_opens_the_gate_and_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def then(gateway: Any) -> list[str]:
        arguments = ("tap", "--card", CARD, "--lane", "Lane 1", "--for-real", "--json")
        assert await asyncio.to_thread(run, tmp_path, *arguments) == 0
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses)
        return list(gateway.turnstile.pulses)

    assert beside_a_running_gateway(tmp_path, then) == ["in"]
    assert json.loads(capsys.readouterr().out)["is_real"] is True
    (decided,) = [body for body in asyncio.run(read_journal(tmp_path / "state")) if isinstance(body, AccessDecided)]
    assert decided.tap_id.startswith("operator-")
    assert decided.member_id == "mem_100"


def test_a_dry_tap_says_that_the_lane_itself_lets_nobody_in_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def then(gateway: Any) -> None:
        gateway.turnstile.set_input("ready", is_active=False)
        await gateway.wait_for("state", 2)
        assert await asyncio.to_thread(run, tmp_path, "tap", "--card", CARD) == 0

    beside_a_running_gateway(tmp_path, then)
    assert "but the lane is not ready at the moment" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [("--card", "12"), ("--card", CARD, "--lane", "Moon"), ("--card", CARD, "--direction", "out")]
)
def test_a_tap_that_makes_no_sense_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    async def then(_: Any) -> int:
        return await asyncio.to_thread(run, tmp_path, "tap", *arguments)

    assert beside_a_running_gateway(tmp_path, then) == 2


def test_members_are_found_by_a_part_of_their_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_gateway_config(tmp_path, port="/dev/ttyS99")
    asyncio.run(prepare_state(tmp_path / "state", ROWS))
    assert run(tmp_path, "members", "rossi", "--json") == 0
    (found,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["display_name"] == "Anna Rossi"
    assert found["cards"] == [{"hash_begins": hash_of_card(100)[:8], "status": "active"}]
    assert run(tmp_path, "members", "verdi") == 0
    assert "nobody found" in capsys.readouterr().err
    assert run(tmp_path, "members", "1") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_journal_is_read_beside_a_running_gateway_and_without_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def then(gateway: Any) -> None:
        await gateway.tap(100)
        assert await asyncio.to_thread(run, tmp_path, "journal", "--limit", "5", "--json") == 0

    beside_a_running_gateway(tmp_path, then)
    beside = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "access_decided" in [event["event"] for event in beside]
    assert hash_of_card(100) not in json.dumps(beside)
    assert run(tmp_path, "journal", "--since", "1h") == 0
    assert "access_decided" in capsys.readouterr().out
    assert run(tmp_path, "journal", "--since", "2099-01-01") == 0
    assert capsys.readouterr().out == ""


def test_a_table_is_exported_without_hashes_and_never_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_gateway_config(tmp_path, port="/dev/ttyS99")
    asyncio.run(prepare_state(tmp_path / "state", ROWS))
    out = tmp_path / "members.csv"
    assert run(tmp_path, "export", "--table", "members", "--out", str(out)) == 0
    assert "2 row(s) of members" in capsys.readouterr().err
    assert [row["display_name"] for row in csv.DictReader(out.read_text().splitlines())] == [
        "Anna Rossi",
        "Bruno Bianchi",
    ]
    assert out.stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "export", "--table", "members", "--out", str(out)) == 4
    for table in ("credentials", "flags", "events"):
        assert run(tmp_path, "export", "--table", table, "--format", "json", "--out", str(tmp_path / table)) == 0
        json.loads((tmp_path / table).read_text())
        assert hash_of_card(100)[:8] not in (tmp_path / table).read_text()


def test_events_are_exported_beside_a_running_gateway(tmp_path: Path) -> None:
    async def then(gateway: Any) -> None:
        await gateway.tap(100)
        out = str(tmp_path / "events.json")
        assert (
            await asyncio.to_thread(run, tmp_path, "export", "--table", "events", "--format", "json", "--out", out) == 0
        )

    beside_a_running_gateway(tmp_path, then)
    events = json.loads((tmp_path / "events.json").read_text())
    assert "access_decided" in [event["event"] for event in events]


def secrets_and_names() -> list[str]:
    return [SCBK.hex(), SITE_KEY.hex(), hash_of_card(100), hash_of_card(100)[:8], "Rossi", "Anna", "Bianchi", "mem_100"]


def test_a_support_bundle_holds_what_helps_and_nobody_s_name_or_key(tmp_path: Path) -> None:
    out = tmp_path / "bundle.tar.gz"

    async def then(gateway: Any) -> None:
        await gateway.tap(100)
        await gateway.tap(999)
        assert await asyncio.to_thread(run, tmp_path, "support-bundle", str(out)) == 0

    beside_a_running_gateway(tmp_path, then)
    assert out.stat().st_mode & 0o777 == 0o600
    with tarfile.open(out) as archive:
        parts = {entry.name.partition("/")[2]: archive.extractfile(entry) for entry in archive}
        texts = {name: file.read().decode() for name, file in parts.items() if file is not None}
    assert {"versions.json", "status.json", "self-test.json", "journal.jsonl", "counts.json", "config.toml"} <= set(
        texts
    )
    assert json.loads(texts["counts.json"])["entitlement"] == 2
    assert "credential_not_found" in texts["journal.jsonl"]
    found = {(name, secret) for name, text in texts.items() for secret in secrets_and_names() if secret in text}
    assert found == set()
    assert run(tmp_path, "support-bundle", str(out)) == 4


def test_a_bundle_of_a_gateway_that_does_not_run_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_gateway_config(tmp_path, port="/dev/ttyS99")
    asyncio.run(prepare_state(tmp_path / "state", ROWS))
    assert run(tmp_path, "support-bundle", str(tmp_path / "b.tar.gz"), "--json") == 0
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert parts["status.json"].startswith("GatewayNotRunningError")
    assert parts["counts.json"] == parts["journal.jsonl"] == parts["config.toml"] == "ok"
