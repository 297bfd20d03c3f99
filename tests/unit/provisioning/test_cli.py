"""`tornello-provision` as people use it: answers in words and in JSON, refusals in one line, nothing overwritten."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud import bus
from cloud.database import Database
from cloud.tables import METADATA
from provisioning import cli
from tests.club import Club

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return command


@pytest.fixture
def authority(tmp_path: Path, run: Run) -> Path:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")
    code, text, _ = run("authority", "create", "--dir", tmp_path / "authority", "--passphrase-file", passphrase)
    assert code == 0
    assert "offline" in text
    return tmp_path / "authority"


def test_a_site_s_files_are_made_by_four_commands(authority: Path, tmp_path: Path, run: Run) -> None:
    server = ("authority", "server-certificate", "--dir", authority, "--file", "broker")
    code, text, _ = run(*server, "--name", "localhost", "--ip", "127.0.0.1", "--json")
    assert (code, json.loads(text)["certificate"]) == (0, str(authority / "broker.pem"))
    client = ("authority", "client-certificate", "--dir", authority, "--file", "cloud", "--name", "tornello-cloud")
    assert run(*client)[0] == 0
    code, text, _ = run("broker-configuration", "--dir", tmp_path / "broker", "--authority-dir", authority)
    assert (code, (tmp_path / "broker" / "mosquitto.conf").exists()) == (0, True)


def test_what_is_there_is_not_overwritten(authority: Path, tmp_path: Path, run: Run) -> None:
    before = (authority / "root-key.pem").read_bytes()
    code, _, error = run("authority", "create", "--dir", authority, "--passphrase-file", tmp_path / "passphrase")
    assert (code, error.count("\n"), "not overwritten" in error) == (1, 1, True)
    assert (authority / "root-key.pem").read_bytes() == before


def test_a_broker_without_a_certificate_is_refused(authority: Path, tmp_path: Path, run: Run) -> None:
    code, _, error = run("broker-configuration", "--dir", tmp_path / "broker", "--authority-dir", authority)
    assert (code, "broker.pem" in error) == (1, True)
    assert not (tmp_path / "broker").exists()


def test_a_claim_token_comes_from_the_database(authority: Path, tmp_path: Path, run: Run) -> None:
    url = f"sqlite:///{tmp_path}/tornello.db"
    database = Database(url, dispatch=bus.dispatch)
    METADATA.create_all(database.engine)
    club = Club.found(database)
    lane_id = club.add_lane()
    database.close()
    claim = ("claim-token", "--authority-dir", authority, "--database-url", url)
    code, text, _ = run(*claim, "--site", club.site_id, "--lane", lane_id, "--json")
    assert (code, json.loads(text)["token"][:4]) == (0, "tc1.")
    code, _, error = run(*claim, "--site", "sit_other", "--lane", lane_id)
    assert (code, lane_id in error) == (1, True)


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/x.db", "mysql+nothing://x", "nonsense"])
def test_a_database_that_cannot_be_used_is_one_line(authority: Path, run: Run, url: str) -> None:
    code, _, error = run(
        "claim-token", "--authority-dir", authority, "--database-url", url, "--site", "sit_x", "--lane", "lan_x"
    )
    assert (code, error.count("\n")) == (1, 1)


def test_a_passphrase_file_that_is_missing_is_named(tmp_path: Path, run: Run) -> None:
    code, _, error = run("authority", "create", "--dir", tmp_path / "a", "--passphrase-file", tmp_path / "none")
    assert (code, str(tmp_path / "none") in error) == (1, True)
