"""The Debian package as dpkg sees it, and the release program as the device runs it: built offline, from parts."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.config import parse_config
from provisioning.appliance.package import DEBIAN, Parts, assemble, write_release_program

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("postinst", "prerm", "postrm")


def run(*command: str | Path, is_checked: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert not is_checked or done.returncode == 0, done.stdout + done.stderr
    return done


def empty_wheel(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(zipfile.ZipInfo("nothing.py"), "")
    return folder / name


@pytest.fixture(name="package")
def built_package(tmp_path: Path) -> Path:
    return build(tmp_path, "first")


def build(folder: Path, name: str) -> Path:
    empty_wheel(folder / "wheels", "cryptography-50-cp311-abi3-manylinux_2_34_aarch64.whl")
    own = empty_wheel(folder / "own", "tornello-0.1.0-py3-none-any.whl")
    return assemble(Parts(ROOT, "arm64", folder / "wheels", own, 1_800_000_000), folder / name)


def test_the_package_says_what_the_device_must_have(package: Path) -> None:
    fields = run("dpkg-deb", "--field", package, "Package", "Architecture", "Depends").stdout
    assert "Package: tornello-gateway\nArchitecture: arm64\n" in fields
    assert "python3 (>= 3.11), python3 (<< 3.14~), libc6 (>= 2.34)" in fields


def test_everything_in_it_is_root_s_and_has_the_mode_that_it_needs(package: Path) -> None:
    listing = [line.split() for line in run("dpkg-deb", "--contents", package).stdout.splitlines()]
    assert {tuple(line[1].split("/")) for line in listing} == {("root", "root")}
    modes = {line[5]: line[0] for line in listing if not line[0].startswith("d")}
    assert modes.pop("./usr/sbin/tornello-gateway-release") == "-rwxr-xr-x"
    assert modes.pop("./usr/bin/tornello-gateway") == "lrwxrwxrwx"
    assert set(modes.values()) == {"-rw-r--r--"}
    for name in ("tornello-gateway", "tornello-gateway-confirm", "tornello-gateway-enrol", "tornello-gateway-update"):
        assert f"./usr/lib/systemd/system/{name}.service" in modes
    assert not [name for name in modes if "cloud" in name], "the server's files are not for the device"


def test_it_owns_no_file_of_a_release_and_no_configuration(package: Path) -> None:
    """What dpkg owns it removes with the next version: the way back would be gone."""
    names = run("dpkg-deb", "--contents", package).stdout
    assert "./opt/" not in names
    assert "./etc/" not in names


def test_the_same_parts_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    assert build(tmp_path, "second").read_bytes() == package.read_bytes()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_maintainer_script_is_one_that_the_shell_understands(name: str) -> None:
    run("sh", "-n", DEBIAN / name)


@pytest.mark.parametrize("arguments", ["abort-upgrade 0.1.0", "abort-remove", "abort-deconfigure"])
def test_an_upgrade_that_dpkg_breaks_off_leaves_the_release_alone(arguments: str) -> None:
    run("sh", DEBIAN / "postinst", *arguments.split())


def test_an_upgrade_does_not_stop_the_running_gateway() -> None:
    run("sh", DEBIAN / "prerm", "upgrade", "0.2.0")
    run("sh", DEBIAN / "postrm", "upgrade", "0.2.0")


def test_the_example_is_a_configuration_and_the_one_of_the_guide(tmp_path: Path) -> None:
    text = (DEBIAN / "gateway.toml").read_text("utf-8")
    assert parse_config(text, tmp_path / "gateway.toml", has_keys=False).lanes
    settings = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    assert settings in (ROOT / "docs" / "guides" / "installer.md").read_text("utf-8")


@pytest.fixture(name="program")
def release_program(tmp_path: Path) -> Sequence[str | Path]:
    """As on the device: one file, isolated, by an interpreter that has nothing installed."""
    target = tmp_path / "tornello-gateway-release"
    write_release_program(ROOT, target)
    assert os.access(target, os.X_OK)
    assert target.read_bytes().startswith(b"#!/usr/bin/python3 -I\n")
    return [sys.executable, "-I", "-S", target, "--root", tmp_path / "releases"]


def test_the_release_program_runs_from_its_one_file(program: Sequence[str | Path]) -> None:
    answer = json.loads(run(*program, "status", "--json").stdout)
    assert answer == {"current": None, "previous": None, "is_on_trial": False, "refused": []}
    assert run(*program, "status").stdout == "in force: nothing\nway back: none\n"


def test_without_a_previous_release_there_is_no_way_back(program: Sequence[str | Path]) -> None:
    done = run(*program, "roll-back", is_checked=False)
    assert (done.returncode, done.stderr) == (
        1,
        "tornello-gateway-release: there is no previous release to go back to\n",
    )


def test_a_package_without_a_usable_wheel_is_refused_in_one_line(program: Sequence[str | Path], tmp_path: Path) -> None:
    package = tmp_path / "package"
    empty_wheel(package / "wheels", "pip-1-py3-none-any.whl")
    (package / "version").write_text("0.9.0\n")
    (package / "requirements.txt").write_text("")
    done = run(*program, "install", "--package", package, "--config", tmp_path / "none.toml", is_checked=False)
    assert done.returncode == 1
    assert done.stderr.startswith("tornello-gateway-release: 0.9.0-")
    assert done.stderr.count("\n") == 1
    assert json.loads(run(*program, "status", "--json").stdout)["current"] is None
