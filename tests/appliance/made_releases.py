"""Packages of later versions from copies of this checkout: a sound one, and four that fail, each in its own way."""

import shutil
import tomllib
from pathlib import Path
from typing import Final

from provisioning.appliance.package import build_packages

FILES: Final = ("pyproject.toml", "README.md", "LICENSE", "build_hooks.py")
_ENDS: Final = """\
_sound = run_gateway


async def run_gateway(*arguments):
    import os
    asyncio.get_running_loop().call_later(20, os._exit, 70)
    await _sound(*arguments)
"""
_NEWER: Final = """\
def m999_newer(db):
    db.conn.execute("CREATE TABLE newer (id INTEGER PRIMARY KEY) STRICT")


STEPS = (*STEPS, m999_newer)
"""
_SCHEMA: Final = "gateway/adapters/store_sqlite/schema"
FAULTS: Final = {
    "cannot be imported": {"gateway/supervisor.py": 'raise RuntimeError("built wrong")\n'},
    "never becomes ready": {
        "gateway/bootstrap.py": 'async def run_gateway(*arguments):\n    raise RuntimeError("does not start")\n'
    },
    "ends soon after it was ready": {"gateway/bootstrap.py": _ENDS},
    "ends after it has changed the stores": {
        "gateway/bootstrap.py": _ENDS,
        f"{_SCHEMA}/journal.py": _NEWER,
        f"{_SCHEMA}/entitlements.py": _NEWER,
    },
}
"""What is wrong with a release: code that is added to the end of its files."""


def build(root: Path, version: str, fault: str | None, folder: Path) -> Path:
    """The package of this checkout as `version`, with one of `FAULTS` or sound; written into `folder`."""
    copy = folder / f"source-{version}"
    copy.mkdir(parents=True)
    project = tomllib.loads((root / "pyproject.toml").read_text())
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    for name in (*shipped, "systemd", "requirements"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(root / name, copy)
    text = (copy / "pyproject.toml").read_text()
    own = f'version = "{project["project"]["version"]}"'
    (copy / "pyproject.toml").write_text(text.replace(own, f'version = "{version}"', 1))
    for name, code in (FAULTS[fault] if fault is not None else {}).items():
        with (copy / name).open("a") as file:
            file.write(f"\n\n{code}")
    (package,) = build_packages(copy, ["amd64"], folder, root / "build" / "wheels")
    shutil.rmtree(copy)
    return package
