"""The units are hardened, say nothing that systemd does not understand, and start programs that exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gateway.cli import NOT_ENROLLED, WRONG_USAGE
from gateway.key_provider import PASSPHRASE_CREDENTIAL
from gateway.service.health import Health
from provisioning.appliance.release.update_desk import FOLDER as FOLDER_OF_WISHES
from provisioning.appliance.release.update_desk import REQUEST as WISH

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "systemd"
PROGRAMS = ("/opt/tornello/current/bin", "/opt/tornello-gateway/current/bin", "/usr/sbin")
"""Where the server's and the gateway's releases are, and what the gateway's package brings beside them."""
SCRIPTS = {
    **tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"],
    "tornello-gateway-release": "provisioning.appliance.release.cli:main",
}
EXPOSURE_MAX = 15
"""Tenths: 1.5."""
EXPOSURE_MAX_OF = {"tornello-gateway-update": 20}
"""dpkg runs in it, which owns files as root below /usr, /etc and /var."""
UNITS = sorted(FOLDER.glob("*.service"), key=lambda unit: unit.stem)

each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_PAGER": "cat", "SYSTEMD_COLORS": "0"}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def values(unit: Path, directive: str) -> list[str]:
    return re.findall(rf"^{directive}=(.*)$", unit.read_text(), re.MULTILINE)


def installed(folder: Path) -> Path:
    """The units as on a machine where the programs are installed."""
    programs = folder / "bin"
    programs.mkdir()
    for name in SCRIPTS:
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for unit in UNITS:
        (folder / unit.name).write_text(re.sub(f"({'|'.join(PROGRAMS)})(?=/tornello)", str(programs), unit.read_text()))
    return folder


def test_there_is_a_unit_for_each_service() -> None:
    assert [unit.stem for unit in UNITS] == [
        "tornello-cloud",
        "tornello-gateway",
        "tornello-gateway-confirm",
        "tornello-gateway-enrol",
        "tornello-gateway-update",
        "tornello-worker",
    ]


@each_unit
def test_a_unit_is_hardened(unit: Path) -> None:
    most = EXPOSURE_MAX_OF.get(unit.stem, EXPOSURE_MAX)
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={most}", unit)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


@each_unit
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", installed(tmp_path) / unit.name)
    assert (done.returncode, done.stderr) == (0, "")


@each_unit
def test_a_unit_starts_what_the_programs_offer(unit: Path) -> None:
    commands = [line for name in ("ExecStart", "ExecStartPre", "ExecStopPost") for line in values(unit, name)]
    assert commands
    for line in commands:
        program, word, *options = shlex.split(line.lstrip("-"))
        module = SCRIPTS[Path(program).name].partition(":")[0]
        assert str(Path(program).parent) in PROGRAMS
        done = run(sys.executable, "-m", module, word, "--help")
        assert done.returncode == 0, done.stderr
        assert all(option in done.stdout for option in options if option.startswith("--")), line


def test_a_release_that_is_taken_back_leaves_a_unit_that_the_one_before_understands() -> None:
    """The unit is the newest package's: what it starts was settled with the first release."""
    unit = FOLDER / "tornello-gateway.service"
    program = "/opt/tornello-gateway/current/bin/tornello-gateway"
    started = [line for name in ("ExecStart", "ExecStartPre", "ExecStopPost") for line in values(unit, name)]
    assert started == [
        f"{program} run --config /etc/tornello/gateway.toml",
        f"-{program} release-lanes --config /etc/tornello/gateway.toml",
    ]


@each_unit
def test_no_secret_is_read_from_where_others_may_look(unit: Path) -> None:
    for name in ("SECRET_FILE", "TLS_KEY", "BROKER_KEY"):
        for assigned in values(unit, f"Environment=TORNELLO_{name}"):
            credential = assigned.removeprefix("%d/")
            assert f"LoadCredential={credential}:" in unit.read_text()


def test_a_wish_starts_the_program_that_installs_it(tmp_path: Path) -> None:
    path = FOLDER / "tornello-gateway-update.path"
    (wish,) = values(path, "PathExists")
    (started,) = values(path, "Unit")
    assert wish == f"/var/lib/tornello-gateway/{FOLDER_OF_WISHES}/{WISH}"
    assert (FOLDER / started).exists()
    shutil.copy(path, installed(tmp_path))
    done = run("systemd-analyze", "verify", "--man=no", tmp_path / path.name)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_watchdog_is_fed_in_time_also_when_the_disk_is_at_its_slowest() -> None:
    (watchdog,) = values(FOLDER / "tornello-gateway.service", "WatchdogSec")
    defaults = Health.__init__.__kwdefaults__
    assert defaults is not None
    assert int(watchdog) / 2 + defaults["journal_wait_s"] < int(watchdog)


def test_a_gateway_that_waits_for_a_person_is_not_started_again_and_again() -> None:
    (prevented,) = values(FOLDER / "tornello-gateway.service", "RestartPreventExitStatus")
    assert {int(code) for code in prevented.split()} == {WRONG_USAGE, NOT_ENROLLED}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to the users that are made")
def test_users_and_folders_are_made_as_the_units_name_them(tmp_path: Path) -> None:
    secrets = tmp_path / "etc" / "tornello"
    (secrets / "authority").mkdir(parents=True)
    for name in ("secret", "cloud-key.pem", "entry.key", "authority/intermediate-key.pem"):
        (secrets / name).touch(0o644)
    for file in sorted((FOLDER / "sysusers.d").iterdir()):
        made = run("systemd-sysusers", f"--root={tmp_path}", file)
        assert made.returncode == 0, made.stderr
    users = (tmp_path / "etc" / "passwd").read_text()
    assert all(f"{user}:" in users for unit in UNITS for user in values(unit, "User"))
    groups = (tmp_path / "etc" / "group").read_text()
    assert re.search(r"^gpio:.*tornello-gateway$", groups, re.MULTILINE)
    for file in sorted((FOLDER / "tmpfiles.d").iterdir()):
        made = run("systemd-tmpfiles", f"--root={tmp_path}", "--create", file)
        assert made.returncode == 0, made.stderr
    modes = {name: (secrets / name).stat().st_mode & 0o777 for name in ("secret", "cloud-key.pem", "entry.key")}
    assert set(modes.values()) == {0o600}
    assert (secrets / "authority" / "intermediate-key.pem").stat().st_mode & 0o777 == 0o640


def test_each_udev_rule_is_made_of_whole_assignments() -> None:
    term = re.compile(r'[A-Z_]+(\{[\w/.]+\})?(==|!=|\+=|=)"[^"]*"')
    for line in (FOLDER / "udev" / "60-tornello.rules").read_text().splitlines():
        if line and not line.startswith("#"):
            terms = re.split(r",\s*", line)
            assert all(term.fullmatch(each) for each in terms), line


@pytest.mark.parametrize("name", ["tornello-gateway", "tornello-gateway-enrol"])
def test_the_gateways_units_take_a_passphrase_for_its_key_where_there_is_one(name: str) -> None:
    (line,) = values(FOLDER / f"{name}.service", "LoadCredential")
    credential, _, source = line.partition(":")
    assert credential == PASSPHRASE_CREDENTIAL
    assert source.startswith("tornello-gateway"), "the package's purge takes it away by this name"
    assert "/" not in source, "a path from the root on would have to exist"
