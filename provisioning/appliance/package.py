"""The Debian package of the gateway, put together from its parts with `dpkg-deb` and nothing else.

The package holds no installed program: it brings wheels, and its maintainer scripts let `tornello-gateway-release` make
a release of them on the device. So dpkg never touches the release before, and the way back is whole.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.appliance.wheels import (
    PYTHONS,
    Architecture,
    PackagingError,
    build_project_wheel,
    fetch_wheels,
    oldest_glibc,
)

DEBIAN: Final = Path(__file__).parent / "debian"
SHARE: Final = Path("usr/share/tornello-gateway")
UNITS: Final = Path("usr/lib/systemd/system")
_ZIP_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can say: the same content gives the same bytes."""
_LAUNCHER: Final = """\
import sys
from provisioning.appliance.release.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a package is made of; `source` is a checkout, `epoch` the Unix time, in seconds, that its files bear."""

    source: Path
    architecture: Architecture
    wheels: Path
    project_wheel: Path
    epoch: int

    @property
    def version(self) -> str:
        """The project's."""
        return str(tomllib.loads((self.source / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def build_packages(source: Path, architectures: list[Architecture], out: Path, cache: Path) -> list[Path]:
    """Build a package for each kind of device from a checkout.

    Raises:
        PackagingError: a tool is missing, or a part cannot be had.
    """
    if shutil.which("dpkg-deb") is None:
        raise PackagingError("dpkg-deb is missing: install the Debian package dpkg")
    epoch = _epoch(source)
    with tempfile.TemporaryDirectory(prefix="tornello-wheel-") as folder:
        wheel = build_project_wheel(source, Path(folder), epoch)
        requirements = source / "requirements" / "gateway.txt"
        return [
            assemble(Parts(source, each, fetch_wheels(requirements, each, cache), wheel, epoch), out)
            for each in architectures
        ]


def assemble(parts: Parts, out: Path) -> Path:
    """Lay the files out and pack them; the same parts give the same bytes.

    Raises:
        PackagingError: dpkg-deb refused.
    """
    with tempfile.TemporaryDirectory(prefix="tornello-deb-") as folder:
        root = Path(folder) / "root"
        _lay_out_share(parts, root)
        _lay_out_system(parts.source, root)
        _lay_out_programs(parts.source, root)
        _lay_out_control(parts, root)
        _settle(root, parts.epoch)
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"tornello-gateway_{parts.version}_{parts.architecture}.deb"
        # Every dpkg reads xz; what is packed are wheels, which no other way makes smaller either.
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(target)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(parts.epoch)}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise PackagingError(done.stderr.strip())
        return target


def _lay_out_share(parts: Parts, root: Path) -> None:
    """All that a release is made of; pip refuses whatever does not fit these hashes."""
    share = root / SHARE
    wheels = share / "wheels"
    wheels.mkdir(parents=True)
    for wheel in [*parts.wheels.glob("*.whl"), parts.project_wheel]:
        shutil.copy(wheel, wheels)
    pins = (parts.source / "requirements" / "gateway.txt").read_text("utf-8")
    digest = hashlib.sha256(parts.project_wheel.read_bytes()).hexdigest()
    own = f"tornello=={parts.version} --hash=sha256:{digest}\n"
    (share / "requirements.txt").write_text(pins + own, "utf-8")
    (share / "version").write_text(parts.version + "\n")


def _lay_out_system(source: Path, root: Path) -> None:
    systemd = source / "systemd"
    for origin, folder in (
        (systemd / "tornello-gateway.service", UNITS),
        (systemd / "tornello-gateway-confirm.service", UNITS),
        (systemd / "tornello-gateway-enrol.service", UNITS),
        (systemd / "tornello-gateway-update.path", UNITS),
        (systemd / "tornello-gateway-update.service", UNITS),
        (systemd / "sysusers.d" / "tornello-gateway.conf", Path("usr/lib/sysusers.d")),
        (systemd / "tmpfiles.d" / "tornello-gateway.conf", Path("usr/lib/tmpfiles.d")),
        (systemd / "udev" / "60-tornello.rules", Path("usr/lib/udev/rules.d")),
        (DEBIAN / "copyright", Path("usr/share/doc/tornello-gateway")),
        (DEBIAN / "gateway.toml", Path("usr/share/doc/tornello-gateway/examples")),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(origin, root / folder)


def _lay_out_programs(source: Path, root: Path) -> None:
    for folder in ("usr/bin", "usr/sbin"):
        (root / folder).mkdir(parents=True)
    (root / "usr/bin/tornello-gateway").symlink_to("/opt/tornello-gateway/current/bin/tornello-gateway")
    write_release_program(source, root / "usr/sbin/tornello-gateway-release")


def write_release_program(source: Path, target: Path) -> None:
    """`tornello-gateway-release` as one file: Python that runs from a zip, with the distribution's interpreter."""
    package = Path("provisioning/appliance")
    names = [Path("provisioning/__init__.py"), package / "__init__.py"]
    names += [path.relative_to(source) for path in sorted((source / package / "release").glob("*.py"))]
    # What a release says of itself is read by one module, on the device as in gateway and cloud.
    names += [Path("sync_protocol/__init__.py"), Path("sync_protocol/software_release.py")]
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/python3 -I\n")
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(str(name), _ZIP_MOMENT), (source / name).read_bytes())
            archive.writestr(zipfile.ZipInfo("__main__.py", _ZIP_MOMENT), _LAUNCHER)
    target.chmod(0o755)


def _lay_out_control(parts: Parts, root: Path) -> None:
    control = root / "DEBIAN"
    control.mkdir()
    wheels = [path.name for path in (root / SHARE / "wheels").iterdir()]
    newest = int(PYTHONS[-1].partition(".")[2])
    values = {
        "VERSION": parts.version,
        "ARCHITECTURE": parts.architecture,
        "INSTALLED_SIZE": str(sum(-(-path.lstat().st_size // 1024) for path in root.rglob("*") if not path.is_dir())),
        "PYTHON_MIN": PYTHONS[0],
        "PYTHON_END": f"3.{newest + 1}~",
        "GLIBC_MIN": f"2.{oldest_glibc(wheels)}",
    }
    text = (DEBIAN / "control.in").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (control / "control").write_text(text, "utf-8")
    for name in ("postinst", "prerm", "postrm", "triggers"):
        shutil.copy(DEBIAN / name, control)


def _settle(root: Path, epoch: int) -> None:
    """Modes and times that do not depend on who builds, or when: programs and scripts 0755, all else 0644."""
    for path in [root, *root.rglob("*")]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)
        if path.is_symlink():
            continue
        is_program = path.is_dir() or path.read_bytes().startswith(b"#!")
        path.chmod(0o755 if is_program else 0o644)


def _epoch(source: Path) -> int:
    """SOURCE_DATE_EPOCH, or the moment of the checkout's last commit, or of its project file."""
    if given := os.environ.get("SOURCE_DATE_EPOCH", ""):
        return int(given)
    command = ["git", "-C", str(source), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 else int((source / "pyproject.toml").stat().st_mtime)
