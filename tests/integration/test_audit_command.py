"""`tornello-cloud audit verify`: what it prints, and how it ends."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud.cli import main
from tests.club import SECRET

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def path(tmp_path: Path, migrated_sqlite: Path) -> Path:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    return tmp_path / "tornello.db"


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    secret = path.parent / "secret"
    secret.write_text(SECRET.hex())
    secret.chmod(0o600)
    monkeypatch.setenv("TORNELLO_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("TORNELLO_SECRET_FILE", str(secret))

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    assert run("create-site", "--name", "Roma", "--time-zone", "Europe/Rome")[0] == 0
    assert run("create-site", "--name", "Ostia", "--time-zone", "Europe/Rome")[0] == 0
    return run


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_whole_log_says_how_far_it_reaches(run: Run) -> None:
    code, said, _ = run("audit", "verify", "--json")
    answer = json.loads(said)
    assert (code, answer["is_whole"], answer["break"]) == (0, True, None)
    assert answer["head"].startswith(f"{answer['entries']}:")
    assert run("audit", "verify", "--anchor", answer["head"])[0] == 0


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE audit_entry SET actor_id = 'nobody' WHERE seq = 1", "altered"),
        ('UPDATE audit_entry SET after = \'{"name": "Milano"}\' WHERE seq = 1', "altered"),
        ("DELETE FROM audit_entry WHERE seq = 1", "missing"),
        ("UPDATE audit_entry SET before = NULL, after = NULL, salt = NULL, is_erased = 1 WHERE seq = 1", "emptied"),
    ],
)
def test_tampering_is_told_with_its_place(run: Run, path: Path, statement: str, kind: str) -> None:
    change(path, statement)
    code, said, complaint = run("audit", "verify", "--json")
    assert code == 3
    assert json.loads(said)["break"] == {"entry": 1, "kind": kind}
    assert "entry 1" in complaint


def test_an_anchor_shows_a_log_that_was_written_anew(run: Run, path: Path) -> None:
    head = json.loads(run("audit", "verify", "--json")[1])["head"]
    change(path, "DELETE FROM audit_entry")
    change(path, "DELETE FROM audit_head")
    assert run("audit", "verify")[0] == 0
    assert run("audit", "verify", "--anchor", head)[0] == 3
    assert run("audit", "verify", "--anchor", "nonsense")[0] == 2
    assert run("audit")[0] == 2
