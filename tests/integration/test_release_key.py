"""The key that signs releases: made and used by commands, and believed by OpenSSL as the device has it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.adapters.release_key_file import ReleaseKeyFile
from provisioning import cli
from provisioning.appliance.release.system_tools import SystemTools
from sync_protocol.software_release import SignedRelease, read_release
from tests.release_signing import Builder, release_of

Run = Callable[..., tuple[int, str, str]]
CONTROL = "Package: {name}\nVersion: {version}\nArchitecture: arm64\nMaintainer: x <x@x.invalid>\nDescription: x\n"


@pytest.fixture(name="run")
def provision(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")

    def command(*arguments: object) -> tuple[int, str, str]:
        words = [*arguments, "--passphrase-file", passphrase, "--json"]
        return cli.main([str(word) for word in words]), *capsys.readouterr()

    return command


@pytest.fixture(name="key")
def made_key(tmp_path: Path, run: Run) -> Path:
    code, answer, _ = run("release-key", "--dir", tmp_path / "key")
    assert code == 0
    assert json.loads(answer)["public"] == str(tmp_path / "key" / "release.pub")
    return tmp_path / "key" / "release-key.pem"


def package(folder: Path, *, name: str = "tornello-gateway", version: str = "0.2.0") -> Path:
    control = folder / name / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(CONTROL.format(name=name, version=version))
    target = folder / f"{name}_{version}_arm64.deb"
    subprocess.run(["dpkg-deb", "--build", control.parent, target], check=True, capture_output=True)
    return target


def both_believe(public: Path, signed: SignedRelease) -> bool:
    """Gateway and root look with different libraries, and agree."""
    gateway = ReleaseKeyFile(public).has_signed(signed)
    assert SystemTools(public).is_signed(public, signed) == gateway
    return gateway


def test_what_the_commands_sign_gateway_and_root_believe(tmp_path: Path, run: Run, key: Path) -> None:
    file = package(tmp_path)
    code, answer, _ = run("sign-release", file, "--key", key)
    assert code == 0
    (written,) = json.loads(answer)["files"]
    assert written == str(file.with_suffix(".release"))
    signed = read_release(Path(written).read_text())
    assert signed.release == release_of(file.read_bytes(), "0.2.0", "arm64")
    assert SystemTools(key).describe(file) == ("tornello-gateway", "0.2.0", "arm64")
    assert both_believe(key.with_name("release.pub"), signed)
    altered = SignedRelease(signed.release, signed.manifest.replace(b"0.2.0", b"0.3.0"), signed.signature)
    assert not both_believe(key.with_name("release.pub"), altered)
    assert not both_believe(key.with_name("release.pub"), read_release(Builder().sign(signed.release)))


def test_a_key_is_private_encrypted_and_never_overwritten(tmp_path: Path, run: Run, key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert b"ENCRYPTED" in before
    code, _, error = run("release-key", "--dir", key.parent)
    assert (code, error.count("\n")) == (1, 1)
    assert key.read_bytes() == before
    (tmp_path / "passphrase").write_text("short\n")
    assert run("release-key", "--dir", tmp_path / "other")[0] == 1
    code, _, error = run("sign-release", package(tmp_path), "--key", key)
    assert (code, "passphrase" in error) == (1, True)


@pytest.mark.parametrize(("name", "version"), [("other", "0.2.0"), ("tornello-gateway", "0.2.0~rc1")])
def test_only_a_release_of_the_gateway_is_signed(tmp_path: Path, run: Run, key: Path, name: str, version: str) -> None:
    file = package(tmp_path, name=name, version=version)
    assert run("sign-release", file, "--key", key)[0] == 1
    assert not file.with_suffix(".release").exists()


def test_a_file_that_is_no_package_is_not_signed(tmp_path: Path, run: Run, key: Path) -> None:
    (tmp_path / "no.deb").write_bytes(b"no")
    assert run("sign-release", tmp_path / "no.deb", "--key", key)[0] == 1
    assert SystemTools(key).describe(tmp_path / "no.deb") == ("", "", "")
