"""`tornello-provision` as people use it: answers in words and in JSON, refusals in one line, nothing overwritten."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from cloud import bus
from cloud.database import Database
from provisioning import cli
from tests.club import Club
from tests.tables import create_tables

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
    create_tables(database)
    club = Club.found(database)
    lane_id = club.add_lane()
    database.close()
    claim = ("claim-token", "--authority-dir", authority, "--database-url", url)
    code, text, _ = run(*claim, "--site", club.site_id, "--lane", lane_id, "--json")
    assert (code, json.loads(text)["token"][:4]) == (0, "tc1.")
    code, _, error = run(*claim, "--site", "sit_other", "--lane", lane_id)
    assert (code, lane_id in error) == (1, True)


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/x.db", "mysql+nothing://x", "mysql://x", "nonsense"])
def test_a_database_that_cannot_be_used_is_one_line(authority: Path, run: Run, url: str) -> None:
    code, _, error = run(
        "claim-token", "--authority-dir", authority, "--database-url", url, "--site", "sit_x", "--lane", "lan_x"
    )
    assert (code, error.count("\n")) == (1, 1)


def test_a_passphrase_file_that_is_missing_is_named(tmp_path: Path, run: Run) -> None:
    code, _, error = run("authority", "create", "--dir", tmp_path / "a", "--passphrase-file", tmp_path / "none")
    assert (code, str(tmp_path / "none") in error) == (1, True)


def test_a_database_that_nobody_made_is_not_made_by_asking_for_a_token(
    authority: Path, tmp_path: Path, run: Run
) -> None:
    url = f"sqlite:///{tmp_path}/nowhere/tornello.db"
    claim = ("claim-token", "--authority-dir", authority, "--database-url", url, "--site", "sit_x", "--lane", "lan_x")
    code, _, error = run(*claim)
    assert (code, "tornello-cloud migrate" in error) == (1, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_passphrase_file_that_is_no_text_is_named(tmp_path: Path, run: Run) -> None:
    (tmp_path / "passphrase").write_bytes(b"\x9a\xff" * 20)
    code, _, error = run("authority", "create", "--dir", tmp_path / "a", "--passphrase-file", tmp_path / "passphrase")
    assert (code, error.count("\n"), "is not text" in error) == (1, 1, True)


@pytest.mark.parametrize("name", ["", "x" * 60, "two\nlines"])
def test_a_name_that_no_certificate_can_hold_is_refused_before_anything_is_made(
    tmp_path: Path, run: Run, name: str
) -> None:
    (tmp_path / "passphrase").write_text("correct horse battery\n")
    create = ("authority", "create", "--dir", tmp_path / "a", "--passphrase-file", tmp_path / "passphrase")
    code, _, error = run(*create, "--name", name)
    assert (code, error.count("\n")) == (1, 1)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["", "имя", "x" * 65])
def test_a_client_name_that_no_certificate_can_hold_is_refused(authority: Path, run: Run, name: str) -> None:
    code, _, error = run("authority", "client-certificate", "--dir", authority, "--file", "client", "--name", name)
    assert (code, error.count("\n")) == (1, 1)
    assert not (authority / "client-key.pem").exists()


@pytest.mark.parametrize(
    "options", [("--name", "брокер"), ("--name", ""), ("--name", "a b"), ("--ip", "300.1.1.1"), ()]
)
def test_a_server_name_that_nobody_can_look_up_is_refused(authority: Path, run: Run, options: tuple[str, ...]) -> None:
    code, _, error = run("authority", "server-certificate", "--dir", authority, "--file", "server", *options)
    assert (code, error.count("\n")) == (1, 1)
    assert not (authority / "server-key.pem").exists()


def test_a_server_may_have_a_long_name(authority: Path, run: Run) -> None:
    name = ".".join(["a-rather-long-label-of-a-host-name"] * 4)
    server = ("authority", "server-certificate", "--dir", authority, "--file", "server", "--name", name)
    assert run(*server)[0] == 0
    certificate = x509.load_pem_x509_certificate((authority / "server.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [name]


@pytest.mark.parametrize("file", ["", "a/b", "../a", "."])
def test_a_certificate_is_written_nowhere_but_into_the_authority_s_folder(authority: Path, run: Run, file: str) -> None:
    before = sorted(authority.iterdir())
    code, _, error = run("authority", "client-certificate", "--dir", authority, "--file", file, "--name", "client")
    assert (code, error.count("\n")) == (1, 1)
    assert sorted(authority.iterdir()) == before


@pytest.mark.parametrize("option", [("--port", "0"), ("--port", "65536"), ("--host", "two words"), ("--host", "")])
def test_a_broker_that_could_not_listen_is_wrong_usage(
    authority: Path, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("broker-configuration", "--dir", tmp_path / "broker", "--authority-dir", authority, *option)
    assert (ended.value.code, option[0] in capsys.readouterr().err) == (2, True)
