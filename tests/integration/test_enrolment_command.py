"""The command `tornello-gateway enrol`: where it takes the token from."""

import io
from pathlib import Path

import pytest

from gateway import cli
from gateway.identity import load_identity
from tests.enrolment_server import enrolment_server, token_for


@pytest.fixture(name="config")
def configuration(tmp_path: Path) -> Path:
    example = Path(__file__).resolve().parents[2] / "provisioning" / "appliance" / "debian" / "gateway.toml"
    file = tmp_path / "gateway.toml"
    file.write_text(example.read_text().replace('"/var/lib/tornello-gateway"', '"state"'))
    return file


def test_the_token_may_come_from_a_file_that_nobody_else_can_read(tmp_path: Path, config: Path) -> None:
    with enrolment_server(tmp_path) as server:
        (tmp_path / "token").write_text(f"{token_for(server.authority)}\ngood once, until tomorrow\n")
        command = ["enrol", "--config", str(config), "--url", server.url, "--token-file", str(tmp_path / "token")]
        assert cli.main(command) == cli.DONE
    assert load_identity(tmp_path / "state").gateway_id == "gwy_a"


def test_the_token_may_be_pasted(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with enrolment_server(tmp_path) as server:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"  {token_for(server.authority)}\n"))
        assert cli.main(["enrol", "--config", str(config), "--url", server.url, "--token-file", "-"]) == cli.DONE


def test_a_token_file_that_is_not_there_is_wrong_usage(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["enrol", "--config", str(config), "--url", "https://localhost:1", "--token-file", str(tmp_path / "none")]
    assert cli.main(command) == cli.WRONG_USAGE
    assert capsys.readouterr().err.startswith(f"tornello-gateway: {tmp_path / 'none'} cannot be read")


@pytest.mark.parametrize("token", [[], ["--token", "tc1.x", "--token-file", "-"]], ids=["none", "both"])
def test_one_token_is_needed_not_two(token: list[str], config: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["enrol", "--config", str(config), "--url", "https://localhost:1", *token])
