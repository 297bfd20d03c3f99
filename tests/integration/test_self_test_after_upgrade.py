"""The verdict that decides about a roll-back: on a machine as it is, whether its gateway runs or not."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite import journal_file
from gateway.cli import main
from gateway.self_test.after_upgrade import check_after_upgrade
from gateway.self_test.synthetic_gate import decide_synthetic_taps
from gateway.service import card_tap
from gateway.service.dry_tap import WrongDecisionError
from sync_protocol.self_test import CheckOutcome
from tests.desired_state import club
from tests.opened_store import opened, run
from tests.running_gateway import prepare_state, write_config


def verdicts(outcomes: tuple[CheckOutcome, ...]) -> dict[str, str]:
    return {f"{outcome.check} {outcome.subject}".rstrip(): outcome.verdict for outcome in outcomes}


def prepared(folder: Path) -> Path:
    """A stopped gateway with a state in force; its configuration."""
    write_config(folder, port="/dev/ttyS9")
    asyncio.run(prepare_state(folder / "state", tuple(club(3).rows.values())))
    return folder / "gateway.toml"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


ALL_GOOD = {
    "program": "good",
    "decision": "good",
    "configuration": "good",
    "store entitlements.db": "good",
    "store journal.db": "good",
}


def test_a_stopped_gateway_in_order_passes_and_keeps_every_byte(tmp_path: Path) -> None:
    config = prepared(tmp_path)
    before = contents(tmp_path / "state")
    assert verdicts(check_after_upgrade(config, tmp_path)) == ALL_GOOD
    assert contents(tmp_path / "state") == before


def test_a_running_gateway_is_tested_beside_it(tmp_path: Path) -> None:
    config = prepared(tmp_path)

    async def beside() -> None:
        async with opened(tmp_path / "state") as store:
            outcomes = await asyncio.to_thread(check_after_upgrade, config, tmp_path)
            assert verdicts(outcomes) == ALL_GOOD
            await store.state.note_contact(1)

    run(beside)


def test_without_a_configuration_only_the_program_is_tested(tmp_path: Path) -> None:
    outcomes = check_after_upgrade(tmp_path / "gateway.toml", tmp_path)
    assert verdicts(outcomes) == {
        "program": "good",
        "decision": "good",
        "configuration": "not_tested",
        "store": "not_tested",
    }


def test_a_program_that_lets_nobody_in_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide: Callable[..., object] = vars(card_tap)["decide"]
    monkeypatch.setattr(card_tap, "decide", lambda view, tap: decide(replace(view, credential=None), tap))
    with pytest.raises(WrongDecisionError, match="credential_not_found"):
        asyncio.run(decide_synthetic_taps(tmp_path / "synthetic"))
    assert main(["self-test", "--after-upgrade", "--config", str(tmp_path / "none.toml")]) == 1


def test_a_program_with_a_module_that_does_not_load_fails_and_tries_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr("gateway.self_test.after_upgrade.importlib.import_module", broken)
    outcomes = check_after_upgrade(tmp_path / "gateway.toml", tmp_path)
    assert [(outcome.check, outcome.finding) for outcome in outcomes] == [("program", "program_broken")]


def test_a_configuration_with_a_mistake_fails_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = prepared(tmp_path)
    config.write_text("dance = 1\n" + config.read_text())
    assert main(["self-test", "--after-upgrade", "--config", str(config), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["is_sound"] is False
    wrong = next(check for check in told["checks"] if check["verdict"] == "bad")
    assert wrong["finding"] == "configuration_unusable"
    assert "gateway.toml:1" in wrong["measured"]


def fail_to_migrate(database: object) -> None:
    raise sqlite3.OperationalError("no such column: visits")


def test_a_migration_that_fails_on_the_real_file_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = prepared(tmp_path)
    steps: tuple[Callable[[object], None], ...] = (*journal_file.KIND.steps, fail_to_migrate)
    kind = type(journal_file.KIND)(journal_file.KIND.name, journal_file.KIND.is_exclusive, steps)
    monkeypatch.setattr("gateway.adapters.store_sqlite.journal_file.KIND", kind)
    assert verdicts(check_after_upgrade(config, tmp_path))["store journal.db"] == "bad"


def test_a_damaged_store_and_one_of_a_newer_program_are_warnings(tmp_path: Path) -> None:
    config = prepared(tmp_path)
    journal, state = tmp_path / "state" / "journal.db", tmp_path / "state" / "entitlements.db"
    journal.write_bytes(journal.read_bytes()[:4096] + b"\xff" * 8192)
    connection = sqlite3.connect(state)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    outcomes = {outcome.subject: outcome for outcome in check_after_upgrade(config, tmp_path)}
    assert outcomes["journal.db"].finding == "store_damaged"
    assert outcomes["entitlements.db"].finding == "store_of_a_newer_program"
    assert {outcomes[name].verdict for name in ("journal.db", "entitlements.db")} == {"warning"}
    assert not [path for path in (tmp_path / "state").iterdir() if "aside" in path.name]
