"""`tornello-gateway site-broker` writes what mosquitto needs, for it alone, and refuses what would not work."""

import json
import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.identity import save_identity
from tests.integration.sibling_site import SITE_ID, SiblingSite, standing_sibling_site
from tests.running_gateway import write_config

USER = pwd.getpwuid(os.geteuid()).pw_name


def command(site: SiblingSite, *more: str) -> list[str]:
    folder = site.folder
    where = ["--config", str(folder / "a" / "gateway.toml"), "--dir", str(folder / "site-broker"), "--user", USER]
    return ["site-broker", *where, "--certificate", f"{folder}/broker.pem", "--key", f"{folder}/broker-key.pem", *more]


def bridge(site: SiblingSite, name: str = "bridge") -> list[str]:
    return ["--bridge-certificate", f"{site.folder}/{name}.pem", "--bridge-key", f"{site.folder}/{name}-key.pem"]


def enrol(site: SiblingSite) -> None:
    who = replace(site.enrolled("a"), signing_keys={"key": bytes(32)})
    save_identity(site.folder / "a" / "state", who)
    write_config(site.folder / "a", port="/dev/null")


def test_it_writes_a_folder_that_only_the_broker_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with standing_sibling_site(tmp_path) as site:
        enrol(site)
        assert main(command(site, *bridge(site), "--json")) == 0
        told = json.loads(capsys.readouterr().out)
        folder = tmp_path / "site-broker"
        assert told == {"configuration": str(folder / "mosquitto.conf"), "site_id": SITE_ID, "is_bridged": True}
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        lines = (folder / "mosquitto.conf").read_text().splitlines()
        for line in (
            "require_certificate true",
            "allow_anonymous false",
            f"address 127.0.0.1:{site.cloud_broker.port}",
            f"topic tornello/1/{SITE_ID}/+/side/+ both 1",
        ):
            assert line in lines
        assert main(command(site)) == 4
        assert "not overwritten" in capsys.readouterr().err


def test_without_a_bridge_it_stays_apart_from_the_cloud_s(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with standing_sibling_site(tmp_path) as site:
        enrol(site)
        assert main(command(site)) == 0
        assert "mosquitto -c" in capsys.readouterr().out
        assert "connection sit_test" not in (tmp_path / "site-broker" / "mosquitto.conf").read_text()


def test_what_cannot_work_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with standing_sibling_site(tmp_path) as site:
        (tmp_path / "a").mkdir()
        write_config(tmp_path / "a", port="/dev/null")
        assert main(command(site)) == 3
        enrol(site)
        assert main(command(site, *bridge(site, "broker"))) == 4
        assert "the bridge needs one for sit_test" in capsys.readouterr().err
        assert main(command(site, *bridge(site, "missing"))) == 4
        assert main(command(site, *bridge(site)[:2])) == 2
        assert main(command(site, "--port", "0")) == 2
        assert main(command(site, "--user", "nobody-of-that-name")) == 4
        assert not (tmp_path / "site-broker").exists()
