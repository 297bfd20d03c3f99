"""`tornello-gateway explain`, beside a running gateway and without one."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.identity import save_identity
from sync_protocol.journal_events import AccessDecided
from sync_protocol.state_rows import FlagRow, LaneRow, SiteRow, ZoneRow
from tests.running_gateway import contract, identity, member, prepare_state, read_journal, running_gateway, write_config

ROWS = (
    SiteRow("sit_test", "Test Club", "Europe/Rome", "en", lease_policy="allow_and_report"),
    ZoneRow("zon_club", "Main hall", passback="hard"),
    LaneRow("lan_test", "zon_club"),
    *member(100, name="Anna Rossi"),
    *member(200, name="Bruno Bianchi"),
    *member(300, contract(300, to_day=90), name="Carla Verdi"),
    FlagRow("flg_b", "mem_200", "certificate", "block", starts_at=1_803_855_600),  # 2027-03-01 00:00 in Rome
)


def explain(folder: Path, *arguments: str) -> int:
    return main(["explain", *arguments, "--config", str(folder / "gateway.toml")])


def told(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert explain(folder, "--json", *arguments) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.fixture
def resting(tmp_path: Path) -> Path:
    """A gateway that does not run."""
    write_config(tmp_path, port="/dev/ttyS99")
    asyncio.run(prepare_state(tmp_path / "state", ROWS))
    save_identity(tmp_path / "state", replace(identity(), signing_keys={"key": bytes(32)}))
    return tmp_path


def test_without_a_running_gateway_the_files_tell(resting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(resting, capsys, "--card", "17:100")
    assert (answer["outcome"], answer["rule"], answer["member_id"]) == ("allow", "contract", "mem_100")
    assert (answer["text"], answer["lane"]) == ("Welcome\nAnna Rossi", "Lane 1")
    words = answer["in_words"]
    assert words["outcome"] == "Allowed"
    assert "Lane “Lane 1” leads into zone “Main hall”." in words["circumstances"]
    assert words["asked"][-1]["findings"] == ["Passes on contract ctr_100."]


def test_another_time_is_told_as_if_the_cloud_were_heard_until_then(
    resting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_60_days = (datetime.now(UTC) + timedelta(days=60)).isoformat(timespec="seconds")
    answer = told(resting, capsys, "--card", "17:300", "--at", in_60_days)
    assert (answer["outcome"], answer["signals"]) == ("allow", []), "a lease of 30 days has not run out by then"


def test_a_certificate_that_will_have_expired_is_told_for_that_day_in_three_languages(
    resting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = ("--card", "17:200")
    assert told(resting, capsys, *card)["outcome"] == "allow"
    midnight = told(resting, capsys, *card, "--at", "2027-03-01T00:00")
    assert (midnight["reason"], midnight["at"]) == ("certificate_missing", "2027-02-28T23:00:00+00:00")
    assert told(resting, capsys, *card, "--at", "2027-02-28T23:59:59")["reason"] != "certificate_missing"
    for language, outcome in (("it", "Rifiutato"), ("ru", "Отказ")):
        assert explain(resting, *card, "--at", "2027-03-01T00:00", "--lang", language) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"{outcome} (certificate_missing)")
        assert "2027-03-01 00:00" in said


def test_an_unknown_card_is_an_answer(resting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(resting, "--card", "17:999") == 0
    assert "Nobody has this card." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--card", "12"),
        ("--card", "17:100", "--lane", "Moon"),
        ("--card", "17:100", "--direction", "out"),
        ("--card", "17:100", "--at", "tomorrow"),
        ("--card", "17:100", "--at", "9999-12-31T23:59"),
        ("--card", "17:100", "--at", "0001-01-01"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(resting: Path, arguments: tuple[str, ...]) -> None:
    assert explain(resting, *arguments) == 2


def test_without_a_store_there_is_nothing_to_explain(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/ttyS99")
    assert explain(tmp_path, "--card", "17:100") == 3
    save_identity(tmp_path / "state", replace(identity(), signing_keys={"key": bytes(32)}))
    assert explain(tmp_path, "--card", "17:100") == 1


def test_a_running_gateway_explains_from_what_it_knows_this_moment_and_notes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene() -> None:
        async with running_gateway(tmp_path, ROWS) as gateway:
            await gateway.tap(100)
            await gateway.turnstile.until(lambda: bool(gateway.turnstile.pulses))
            gateway.turnstile.rotate("in")
            await gateway.wait_for("passage")
            assert await asyncio.to_thread(explain, tmp_path, "--card", "17:100", "--json") == 0

    asyncio.run(scene())
    answer = json.loads(capsys.readouterr().out)
    assert answer["reason"] == "antipassback_violation"
    assert answer["in_words"]["asked"][-1]["findings"][-1].startswith("The member has been inside since")
    taps = [body for body in asyncio.run(read_journal(tmp_path / "state")) if isinstance(body, AccessDecided)]
    assert len(taps) == 1
