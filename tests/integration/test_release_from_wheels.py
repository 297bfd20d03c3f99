"""A release is made of wheels alone, offline, with the pip that lies among them; its modules are compiled at once."""

import ensurepip
import hashlib
import sys
import sysconfig
import zipfile
from pathlib import Path
from shutil import copy

import pytest

from provisioning.appliance.release.package_source import PackageSource
from provisioning.appliance.release.upgrade import SourceError

_PARTS = {
    "gate.py": "OPEN = 1\n",
    "gate-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: gate\nVersion: 1\n",
    "gate-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "gate-1.dist-info/RECORD": "",
}


def pips() -> list[Path]:
    """Where Python keeps the pip that it gives to new environments: beside ensurepip, or where Debian has put it."""
    folders = [Path(ensurepip.__file__).parent / "_bundled", Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/none")]
    return [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]


@pytest.fixture
def source(tmp_path: Path) -> PackageSource:
    folder = tmp_path / "package"
    (folder / "wheels").mkdir(parents=True)
    copy(pips()[0], folder / "wheels")
    wheel = folder / "wheels" / "gate-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "requirements.txt").write_text(f"gate==1 --hash=sha256:{digest}\n")
    (folder / "version").write_text("0.9.0\n")
    return PackageSource(folder, tmp_path / "none.toml", Path(sys.executable).resolve())


def test_the_modules_of_a_release_are_compiled_when_it_is_made(source: PackageSource, tmp_path: Path) -> None:
    """The gateway's user may not write there: otherwise every start would compile all of them anew."""
    target = tmp_path / "release"
    source.build(target)
    assert len(list(target.glob("lib/python*/site-packages/__pycache__/gate.*.pyc"))) == 1


def test_a_wheel_that_is_not_the_pinned_one_makes_no_release(source: PackageSource, tmp_path: Path) -> None:
    (source.folder / "requirements.txt").write_text(f"gate==1 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SourceError):
        source.build(tmp_path / "release")
