"""Would this program work here? Asked by the package that installs it, before and after the switch to it.

No hardware, no network, and nothing is written into the gateway's own files: whatever is tried, is tried on copies. The
service may run meanwhile or not.
"""

import asyncio
import contextlib
import fcntl
import importlib
import os
import pkgutil
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import firmware_protocol
import gateway
import mqtt_client
import sync_protocol
from gateway.config import ConfigError, GatewayConfig, load_config
from sync_protocol.self_test import CheckOutcome

if TYPE_CHECKING:
    from gateway.adapters.store_sqlite.database_file import FileKind

PACKAGES: Final[tuple[ModuleType, ...]] = (gateway, firmware_protocol, sync_protocol, mqtt_client)
COPY_BYTES_MAX: Final = 64 * 1024 * 1024
"""A larger store is not copied: only its header is looked at."""
_HEADER_BYTES: Final = 100
_SQLITE_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = slice(60, 64)
"""Where `user_version` stands in a database file (SQLite's file format, section 1.3)."""


def check_after_upgrade(config_path: Path, scratch: Path | None = None) -> tuple[CheckOutcome, ...]:
    """Try the program in front of this machine's configuration and stores; `scratch` is where copies may lie."""
    with tempfile.TemporaryDirectory(prefix="tornello-self-test-", dir=scratch) as folder:
        program = _tried("program", "program_broken", _import_everything)
        if program.verdict == "bad":
            return (program,)
        decision = _tried("decision", "decision_wrong", lambda: _decide(Path(folder)))
        configuration, config = _read_configuration(config_path)
        stores = _check_stores(config, Path(folder)) if config else _untested_stores()
    return (program, decision, configuration, *stores)


def _tried(check: str, finding: str, try_it: Callable[[], str], subject: str = "") -> CheckOutcome:
    """Good with what `try_it` measured; whatever it raises is the finding."""
    try:
        return CheckOutcome(check, "good", subject=subject, measured=try_it())
    except Exception as error:  # noqa: BLE001 - a program that fails in any way is not to be switched to
        return CheckOutcome(check, "bad", finding, subject, f"{type(error).__name__}: {error}")


def _import_everything() -> str:
    names = [module.name for package in PACKAGES for module in _modules_of(package)]
    for name in (*names, "sqlite_utils"):
        importlib.import_module(name)
    return f"{len(names)} modules"


def _modules_of(package: ModuleType) -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.walk_packages(package.__path__, f"{package.__name__}.")


def _decide(folder: Path) -> str:
    from gateway.self_test.synthetic_gate import decide_synthetic_taps

    return f"tap {asyncio.run(decide_synthetic_taps(folder / 'synthetic'))} us"


def _read_configuration(path: Path) -> tuple[CheckOutcome, GatewayConfig | None]:
    """Readers' keys are left alone: a gateway may be upgraded before its readers are paired."""
    if not path.exists():
        return CheckOutcome("configuration", "not_tested", "configuration_missing", measured=str(path)), None
    try:
        config = load_config(path, has_keys=False)
    except (ConfigError, OSError) as error:
        return CheckOutcome("configuration", "bad", "configuration_unusable", measured=str(error)), None
    return CheckOutcome("configuration", "good", measured=str(path)), config


def _untested_stores() -> tuple[CheckOutcome, ...]:
    return (CheckOutcome("store", "not_tested", "configuration_missing"),)


def _check_stores(config: GatewayConfig, folder: Path) -> tuple[CheckOutcome, ...]:
    from gateway.adapters.store_sqlite import journal_file, state_file

    kinds = {"entitlements.db": state_file.KIND, "journal.db": journal_file.KIND}
    with _service_held_off(config.state_dir) as is_running:
        return tuple(
            _check_store(config.state_dir / name, kind, folder, is_running=is_running) for name, kind in kinds.items()
        )


def _check_store(path: Path, kind: "FileKind", folder: Path, *, is_running: bool) -> CheckOutcome:
    """A damaged file is no fault of the new program, which puts it aside as the old one does: a warning."""
    try:
        if not path.exists():
            return CheckOutcome("store", "not_tested", "store_not_there_yet", path.name)
        version = _version_in_header(path)
        if version > len(kind.steps):
            return CheckOutcome("store", "warning", "store_of_a_newer_program", path.name, f"schema {version}")
        if (is_running and kind.is_exclusive) or path.stat().st_size > COPY_BYTES_MAX:
            return CheckOutcome("store", "good", subject=path.name, measured=f"schema {version} (header)")
        copy = folder / path.name
        _copy_store(path, copy, is_running=is_running)
        return _open_copy(copy, kind, version)
    except Exception as error:  # noqa: BLE001 - a program that fails in any way is not to be switched to
        return CheckOutcome("store", "bad", "store_unusable", path.name, f"{type(error).__name__}: {error}")


def _version_in_header(path: Path) -> int:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    return int.from_bytes(header[_VERSION_AT], "big") if header.startswith(_SQLITE_MAGIC) else 0


def _copy_store(path: Path, copy: Path, *, is_running: bool) -> None:
    """Through SQLite beside a running service, whose files are open; otherwise as files: SQLite would make new ones."""
    from gateway.adapters.store_sqlite.database_file import open_for_reading

    if is_running:
        with contextlib.closing(open_for_reading(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return
    for ending in ("", "-wal"):
        part = path.with_name(path.name + ending)
        if part.exists():
            shutil.copyfile(part, copy.with_name(copy.name + ending))


def _open_copy(copy: Path, kind: "FileKind", version: int) -> CheckOutcome:
    """Bring the copy up to date as the service would the file."""
    from gateway.adapters.store_sqlite.database_file import open_or_replace

    opened = open_or_replace(copy, kind, sqlite3.Connection)
    opened.connection.close()
    if opened.fault is not None:
        return CheckOutcome("store", "warning", "store_damaged", copy.name, opened.fault)
    return CheckOutcome("store", "good", subject=copy.name, measured=f"schema {version} to {len(kind.steps)}")


@contextlib.contextmanager
def _service_held_off(state_dir: Path) -> Iterator[bool]:
    """Whether a gateway runs on these files; if not, none can begin meanwhile (systemd tries again a second later)."""
    try:
        descriptor = os.open(state_dir / "gateway.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield True
            return
        yield False
    finally:
        os.close(descriptor)
