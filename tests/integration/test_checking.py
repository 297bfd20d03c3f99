"""`tornello-cloud check`, `backup` and `restore` as they are typed: findings, files, exit codes."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cloud import bus
from cloud.checking import check
from cloud.cli import main
from cloud.database import Database
from tests.certificates import Authority
from tests.club import SECRET, Club


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text(SECRET.hex())
    secret.chmod(0o600)
    return {"TORNELLO_DATABASE_URL": database_url, "TORNELLO_SECRET_FILE": str(secret)}


@pytest.fixture
def command(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Done:
        code = main(arguments)
        output = capsys.readouterr()
        return Done(code, output.out, output.err)

    return run


def verdicts(environment: dict[str, str], **changes: str) -> dict[str, str]:
    settings = environment | {f"TORNELLO_{name}": value for name, value in changes.items()}
    return {finding.name: finding.verdict for finding in check(settings)}


def test_what_is_there_is_found(environment: dict[str, str], command: Callable[..., Done]) -> None:
    found = verdicts(environment)
    assert (found["settings"], found["database"], found["schema"], found["secret"]) == ("fine",) * 4
    assert found["broker"] == "warning"
    answer = command("check", "--json")
    assert (answer.code, json.loads(answer.out)["is_fine"]) == (0, True)


def test_another_secret_a_newer_schema_and_no_database_are_found(environment: dict[str, str], tmp_path: Path) -> None:
    database = Database(environment["TORNELLO_DATABASE_URL"], dispatch=bus.dispatch)
    Club.found(database)
    (tmp_path / "other").write_text("ab" * 32)
    (tmp_path / "other").chmod(0o600)
    assert verdicts(environment, SECRET_FILE=str(tmp_path / "other"))["secret"] == "failed"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert verdicts(environment)["schema"] == "failed"
    database.close()
    assert verdicts(environment, DATABASE_URL=f"sqlite:///{tmp_path}/none.db")["database"] == "warning"
    assert not (tmp_path / "none.db").exists()
    assert verdicts(environment, DATABASE_URL=f"postgresql://x@/none?host={tmp_path}")["database"] == "failed"


def test_certificates_are_named_before_they_end(environment: dict[str, str], tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "authority")
    found = {}
    for name, days in (("gone", -1), ("soon", 20), ("long", 400)):
        files = authority.issue(name, valid_for=timedelta(days=days))
        found[name] = verdicts(environment, TLS_CERT=str(files.certificate), TLS_KEY=str(files.key))
    told = {name: each["certificate of HTTPS"] for name, each in found.items()}
    assert told == {"gone": "failed", "soon": "warning", "long": "fine"}


def test_a_broker_that_is_not_there_fails_the_check(
    environment: dict[str, str], command: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority.create(tmp_path / "authority")
    files = authority.issue("cloud")
    os.link(authority.path, tmp_path / "root.pem")
    for name, value in {
        "AUTHORITY_DIR": tmp_path,
        "BROKER_CERT": files.certificate,
        "BROKER_KEY": files.key,
        "BROKER_PORT": "1",
    }.items():
        monkeypatch.setenv(f"TORNELLO_{name}", str(value))
    done = command("check")
    assert (done.code, "broker" in done.err) == (1, True)
    assert "cannot be reached" in done.out


def test_wrong_settings_are_findings_too(command: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORNELLO_LISTEN", "nowhere")
    done = command("check", "--json")
    (finding,) = json.loads(done.out)["findings"]
    assert (done.code, "TORNELLO_LISTEN" in finding["text"]) == (2, True)


def test_a_club_goes_into_a_file_and_back_by_commands(
    command: Callable[..., Done], environment: dict[str, str], tmp_path: Path
) -> None:
    database = Database(environment["TORNELLO_DATABASE_URL"], dispatch=bus.dispatch)
    club = Club.found(database)
    with database.transaction() as session:
        club.add_member(session)
    database.close()
    file = str(tmp_path / "club.backup")
    assert json.loads(command("backup", "--json", file).out)["size_bytes"] > 1000
    assert command("backup", file).code == 1
    refused = command("restore", file)
    assert (refused.code, "--force" in refused.err) == (1, True)
    done = command("restore", "--force", "--json", file)
    assert (done.code, json.loads(done.out)["members"]) == (0, 1)
