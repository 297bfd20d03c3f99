"""`tornello-cloud` as people use it: clear refusals, a quick end, secrets only from files."""

import asyncio
import http.client
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud import bus
from cloud.cli import main
from cloud.database import Database
from cloud.staff.service import StaffDetails, create_staff
from tests.certificates import Authority
from tests.club import SECRET, Club
from tests.integration.site_stand import standing_site
from tests.running_cloud import running_cloud

PASSWORD = "a very good password"


@pytest.fixture
def environment(tmp_path: Path, migrated_sqlite: Path) -> dict[str, str]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    (tmp_path / "secret").write_text(SECRET.hex())
    (tmp_path / "secret").chmod(0o600)
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/tornello.db",
        "SECRET_FILE": str(tmp_path / "secret"),
        "LISTEN": "127.0.0.1:0",
    }


@dataclass
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def command(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs a command in this process, which is what makes many of them bearable."""

    def run(*arguments: str, text: str = "", **change: str) -> Done:
        for name, value in (environment | change).items():
            monkeypatch.setenv(f"TORNELLO_{name}", value)
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        code = main(arguments)
        output = capsys.readouterr()
        return Done(code, output.out, output.err)

    return run


def test_a_signing_key_is_rotated_by_a_command_once_at_a_time(command: Callable[..., Done]) -> None:
    site = command("create-site", "--name", "Club", "--time-zone", "Europe/Rome", "--json")
    site_id = json.loads(site.stdout)["site_id"]
    rotated = command("rotate-signing-key", "--site", site_id, "--overlap-days", "7", "--json")
    answer = json.loads(rotated.stdout)
    assert (rotated.returncode, len(answer["key_id"]), answer["takes_over_at"][-1]) == (0, 16, "Z")
    again = command("rotate-signing-key", "--site", site_id)
    assert (again.returncode, "takes over at" in again.stderr) == (1, True)
    assert command("rotate-signing-key", "--site", "sit_none").returncode == 1
    with pytest.raises(SystemExit, match="2"):
        command("rotate-signing-key", "--site", site_id, "--overlap-days", "91")


def test_a_site_is_set_up_by_three_commands(command: Callable[..., Done], tmp_path: Path) -> None:
    site = command("create-site", "--name", "Club", "--time-zone", "Europe/Rome", "--json")
    site_id = json.loads(site.stdout)["site_id"]
    lane = command("create-lane", "--site", site_id, "--name", "Lane 1")
    assert (lane.returncode, lane.stdout[:4]) == (0, "lan_")
    (tmp_path / "password").write_text(PASSWORD + "\n")
    person = ("create-staff", "--email", "anna@club.example", "--name", "Anna", "--role", "manager")
    assert command(*person, "--password-file", str(tmp_path / "password")).stdout[:4] == "stf_"
    again = command(*person, text=PASSWORD + "\n")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "anna@club.example" in again.stderr


@pytest.mark.parametrize(
    ("change", "arguments", "code", "words"),
    [
        ({"SECRET_FILE": ""}, ("migrate",), 2, "TORNELLO_SECRET_FILE"),
        ({"DATABASE_URL": "mysql://x"}, ("migrate",), 2, "TORNELLO_DATABASE_URL"),
        ({}, ("serve",), 2, "--no-worker"),
        ({}, ("worker",), 2, "TORNELLO_BROKER_CERT"),
        ({"TLS_LISTEN": "127.0.0.1:0"}, ("serve", "--no-worker"), 2, "TORNELLO_TLS_CERT"),
        ({"TLS_LISTEN": "127.0.0.1:0"}, ("create-lane", "--site", "sit_nowhere", "--name", "x"), 1, "sit_nowhere"),
        ({}, ("create-lane", "--site", "sit_nowhere", "--name", "x"), 1, "sit_nowhere"),
        ({}, ("create-site", "--name", "x", "--time-zone", "Mars/Base"), 1, "time_zone"),
        ({}, ("create-site", "--name", "two\nlines", "--time-zone", "UTC"), 1, "name"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/tornello.db"}, ("migrate",), 2, "/proc/nowhere"),
        ({"DATABASE_URL": "sqlite://"}, ("migrate",), 2, "TORNELLO_DATABASE_URL"),
    ],
    ids=[
        "no secret",
        "wrong database",
        "no broker",
        "no broker for worker",
        "no certificate",
        "no certificate needed",
        "no site",
        "no zone",
        "no line",
        "no folder",
        "no file",
    ],
)
def test_what_is_wrong_is_said_in_plain_words(
    command: Callable[..., Done], change: dict[str, str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = command(*arguments, **change)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_that_is_not_the_database_s_is_refused_before_anything_is_done(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    assert command("create-site", "--name", "Club", "--time-zone", "UTC").returncode == 0
    (tmp_path / "another").write_text("ab" * 32)
    (tmp_path / "another").chmod(0o600)
    done = command("serve", "--no-worker", SECRET_FILE=str(tmp_path / "another"))
    assert (done.returncode, "TORNELLO_SECRET_FILE" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_a_new_database_is_told_and_is_for_its_owner_alone(
    command: Callable[..., Done], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "new" / "tornello.db"
    caplog.set_level("INFO", "cloud.database")
    for _ in range(2):
        assert command("migrate", DATABASE_URL=f"sqlite:///{path}").returncode == 0
    assert caplog.messages.count(f"a new database: {path}") == 1
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_password_file_that_is_no_text_is_named(command: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"\xf0\x01\xff" * 10)
    person = ("create-staff", "--email", "anna@club.example", "--name", "Anna", "--role", "manager")
    done = command(*person, "--password-file", str(tmp_path / "password"))
    assert (done.returncode, done.stderr.count("\n"), "is not text" in done.stderr) == (2, 1, True)


def test_a_certificate_and_a_key_that_do_not_belong_together_are_named(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    one, other = Authority.create(tmp_path).issue("one"), Authority.create(tmp_path / "b").issue("other")
    done = command(
        "serve", "--no-worker", TLS_LISTEN="127.0.0.1:0", TLS_CERT=str(one.certificate), TLS_KEY=str(other.key)
    )
    assert (done.returncode, "TORNELLO_TLS_CERT" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


class Interrupted:
    """A standard input at which somebody presses Ctrl-C."""

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        raise KeyboardInterrupt


def test_an_interrupted_command_is_not_a_done_one(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"TORNELLO_{name}", value)
    monkeypatch.setattr("sys.stdin", Interrupted())
    assert main(["create-staff", "--email", "anna@club.example", "--name", "Anna", "--role", "manager"]) == 1


def test_a_busy_port_is_named(command: Callable[..., Done]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("serve", "--no-worker", LISTEN=address)
    assert done.returncode == 1
    assert f"cannot listen on http://{address}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_a_newer_program_is_left_alone(command: Callable[..., Done], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tornello.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    done = command("serve", "--no-worker")
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_named(command: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "tornello.db").write_bytes(b"this is no database, whatever its name says" * 50)
    done = command("migrate")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr


def test_it_ends_within_five_seconds_with_event_streams_open(environment: dict[str, str], tmp_path: Path) -> None:
    database = Database(environment["DATABASE_URL"], dispatch=bus.dispatch)
    club = Club.found(database)
    details = StaffDetails(email="anna2@club.example", name="Anna", role="manager")
    with database.transaction() as session:
        create_staff(session, club.actor, details, password=PASSWORD)
    database.close()
    with running_cloud(tmp_path, environment, "--no-worker") as cloud:
        client = http.client.HTTPConnection("127.0.0.1", cloud.port("http"), timeout=10)
        sign_in = json.dumps({"email": details.email, "password": PASSWORD})
        client.request("POST", "/api/v1/sessions", sign_in, {"Content-Type": "application/json"})
        token = json.loads(client.getresponse().read())["token"]
        client.request("GET", "/api/v1/access-events/stream", headers={"Authorization": f"Bearer {token}"})
        stream = client.getresponse()
        assert (stream.status, stream.getheader("Content-Type")) == (200, "text/event-stream; charset=utf-8")
        assert cloud.stop() < 5
        assert cloud.process.returncode == 0, cloud.log
        assert "Traceback" not in cloud.log
        stream.close()
        client.close()


def test_a_worker_alone_answers_gateways_and_ends_when_told(tmp_path: Path, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    url = f"sqlite:///{tmp_path}/tornello.db"
    database = Database(url, dispatch=bus.dispatch)
    (tmp_path / "secret").write_text(SECRET.hex())
    (tmp_path / "secret").chmod(0o600)
    with standing_site(tmp_path, database) as stand:
        gateway = stand.add_gateway()
        environment = {
            "DATABASE_URL": url,
            "SECRET_FILE": str(tmp_path / "secret"),
            "AUTHORITY_DIR": str(tmp_path),
            "BROKER_PORT": str(stand.broker.port),
            "BROKER_CERT": str(tmp_path / "cloud.pem"),
            "BROKER_KEY": str(tmp_path / "cloud-key.pem"),
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "cloud.cli", "worker"],
            env={**os.environ, **{f"TORNELLO_{name}": value for name, value in environment.items()}},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert worker.stderr is not None
        try:
            assert "linked to the broker" in worker.stderr.readline()

            async def converse() -> None:
                async with gateway.connected():
                    await gateway.hello()
                    await gateway.reach(1)

            asyncio.run(converse())
        finally:
            worker.terminate()
            _, log = worker.communicate(timeout=10)
    database.close()
    assert (worker.returncode, "Traceback" in log) == (0, False), log
