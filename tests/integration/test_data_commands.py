"""`tornello-cloud import` and `seed` as people use them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloud.cli import main
from tests.club import SECRET

Run = Callable[..., tuple[int, str, str]]
FILE = "Name;Surname;Phone;Chi\nAnna;Rossi;333 1234567;vecchia\nБэла;;8;\n;;;\nTwin;;+39 333 1234567;\n"


@pytest.fixture
def command(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in this process on a database of its own: its exit code and what it wrote."""
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    (tmp_path / "secret").write_text(SECRET.hex())
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setenv("TORNELLO_DATABASE_URL", f"sqlite:///{tmp_path}/tornello.db")
    monkeypatch.setenv("TORNELLO_SECRET_FILE", str(tmp_path / "secret"))

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(each) for each in arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def _answer(done: tuple[int, str, str]) -> Any:
    return json.loads(done[1])


def test_members_come_in_from_a_file_with_a_report_by_line(command: Run, tmp_path: Path) -> None:
    site = _answer(command("create-site", "--name", "Club", "--time-zone", "Europe/Rome", "--json"))["site_id"]
    file, mapping = tmp_path / "members.csv", tmp_path / "columns.txt"
    file.write_text(FILE)
    mapping.write_text("Chi = note\n\nSurname=last_name\n")
    call = ("import", file, "--site", site, "--mapping", mapping)

    trial = command(*call, "--dry-run", "--json")
    told = _answer(trial)
    assert (trial[0], told["is_trial"], told["columns"]["Chi"]) == (3, True, "note")
    assert [(line["number"], line["outcome"]) for line in told["lines"]] == [
        (2, "added"),
        (3, "refused"),
        (5, "there_already"),
    ]
    assert told["lines"][1]["problems"] == {"phone": "bad_telephone"}

    code, out, err = command(*call)
    assert (code, "1 lines were refused" in err) == (3, True)
    lines = out.splitlines()
    assert lines[0].startswith("line 3: Бэла: phone: Write a telephone number")
    assert lines[1].startswith("line 5: Twin: there already, mem_")
    assert lines[2:] == ["1 added, 1 there already, 1 refused"]


def test_a_file_that_cannot_be_read_is_wrong_usage(command: Run, tmp_path: Path) -> None:
    site = _answer(command("create-site", "--name", "Club", "--time-zone", "Europe/Rome", "--json"))["site_id"]
    file = tmp_path / "members.csv"
    for content, expected in ((None, "No such file"), (b"\xff\xfe\x00", "use CSV in UTF-8"), (b"A;B\n1;2\n", "column")):
        if content is not None:
            file.write_bytes(content)
        code, out, err = command("import", file, "--site", site)
        assert (code, out, expected in err) == (2, "", True), err
    file.write_text(FILE)
    assert command("import", file, "--site", "sit_none")[0] == 1


def test_a_made_up_club_is_seeded_once_and_its_owner_can_sign_in(command: Run, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("ten or more\n")
    done = command("seed", "--members", "40", "--visits", "50", "--password-file", password, "--json")
    told = _answer(done)
    assert (done[0], told["members"], told["email"], "password" in told) == (0, 40, "owner@club.example", False)
    again = command("seed", "--members", "40")
    assert (again[0], "not empty" in again[2]) == (1, True)


def test_a_number_out_of_range_is_wrong_usage(command: Run) -> None:
    assert command("seed", "--members", "0")[0] == 2
    assert command("seed", "--members", "10", "--sites", "6")[0] == 2
