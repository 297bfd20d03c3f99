"""Would this program work with the stores of this machine? Tried on copies; the service may run meanwhile or not."""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.adapters.store_sqlite import journal_file, state_file
from gateway.adapters.store_sqlite.database_file import FileKind, open_for_reading, open_or_replace
from sync_protocol.self_test import CheckOutcome

COPY_BYTES_MAX: Final = 64 * 1024 * 1024
"""A larger store is not copied: only its header is looked at."""
_HEADER_BYTES: Final = 100
_SQLITE_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = slice(60, 64)
"""Where `user_version` stands in a database file (SQLite's file format, section 1.3)."""


def check_stores(state_dir: Path, folder: Path) -> tuple[CheckOutcome, ...]:
    """Open copies of both stores in `folder` as the service would open the files."""
    kinds = {"entitlements.db": state_file.KIND, "journal.db": journal_file.KIND}
    with _service_held_off(state_dir) as is_running:
        return tuple(
            _check_store(state_dir / name, kind, folder, is_running=is_running) for name, kind in kinds.items()
        )


def _check_store(path: Path, kind: FileKind, folder: Path, *, is_running: bool) -> CheckOutcome:
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
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with a store is the finding
        return CheckOutcome("store", "bad", "store_unusable", path.name, f"{type(error).__name__}: {error}")


def _version_in_header(path: Path) -> int:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    return int.from_bytes(header[_VERSION_AT], "big") if header.startswith(_SQLITE_MAGIC) else 0


def _copy_store(path: Path, copy: Path, *, is_running: bool) -> None:
    """Through SQLite beside a running service, whose files are open; otherwise as files: SQLite would make new ones."""
    if is_running:
        with contextlib.closing(open_for_reading(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return
    for ending in ("", "-wal"):
        part = path.with_name(path.name + ending)
        if part.exists():
            shutil.copyfile(part, copy.with_name(copy.name + ending))


def _open_copy(copy: Path, kind: FileKind, version: int) -> CheckOutcome:
    """Bring the copy up to date as the service would the file."""
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
