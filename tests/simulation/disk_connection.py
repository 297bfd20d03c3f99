"""SQLite on a simulated disk, as a `sqlite3.Connection` that the store can be given.

The standard library cannot have file systems of its own; apsw can. So the work is done by an apsw connection behind
the face of the standard one, whose own memory database stays empty.
"""

import itertools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

import apsw

from tests.simulation.disk import DiskFullError, SimulatedDisk

_NUMBERS = itertools.count()
_SYNCHRONOUS = re.compile(r"PRAGMA synchronous = (\w+)")
_FAULTS: dict[type[apsw.Error], tuple[type[sqlite3.DatabaseError], str]] = {
    apsw.BusyError: (sqlite3.OperationalError, "SQLITE_BUSY"),
    apsw.FullError: (sqlite3.OperationalError, "SQLITE_FULL"),
    apsw.IOError: (sqlite3.OperationalError, "SQLITE_IOERR"),
    apsw.CantOpenError: (sqlite3.OperationalError, "SQLITE_CANTOPEN"),
    apsw.ConstraintError: (sqlite3.IntegrityError, "SQLITE_CONSTRAINT"),
    apsw.CorruptError: (sqlite3.DatabaseError, "SQLITE_CORRUPT"),
    apsw.NotADBError: (sqlite3.DatabaseError, "SQLITE_NOTADB"),
}

Synchronous = Literal["OFF", "NORMAL", "FULL"]


@dataclass(frozen=True, slots=True)
class CommitBegun:
    """A mark on the disk: from here on the database `name` may have this content."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class CommitDone:
    """A mark on the disk: the newest commit of `name` has returned; `is_durable` says that it was promised to last."""

    name: str
    is_durable: bool


@dataclass(slots=True)
class DiskSettings:
    """How connections to this disk behave.

    `synchronous` is what SQLite gets whatever the store asks for; `checkpoint_pages` how long its log may become;
    `before_sync` is called in the syncing thread before each sync, and may take its time.
    """

    synchronous: Synchronous | None = None
    checkpoint_pages: int = 1000
    before_sync: Callable[[], object] = lambda: None


def connection_type(disk: SimulatedDisk, settings: DiskSettings | None = None) -> type[sqlite3.Connection]:
    """What to give the store as its connection factory, so that its files are on this disk."""
    settings = settings or DiskSettings()
    file_system = _FileSystem(disk, settings)
    return type("ConnectionToDisk", (_DiskConnection,), {"file_system": file_system, "settings": settings})


def content_of(connection: sqlite3.Connection) -> str:
    """A digest of every row of every table."""
    digest = blake2b(digest_size=16)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (table,) in tables:
        digest.update(repr((table, connection.execute(f'SELECT * FROM "{table}"').fetchall())).encode())
    return digest.hexdigest() if tables else ""


class _Cursor:
    """The rows of one statement, all fetched."""

    def __init__(self, rows: list[tuple[Any, ...]], description: Any, rowcount: int, lastrowid: int) -> None:
        self._rows = iter(rows)
        self.description = description
        self.rowcount = rowcount
        self.lastrowid = lastrowid

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)


class _DiskConnection(sqlite3.Connection):
    file_system: ClassVar["_FileSystem"]
    settings: ClassVar[DiskSettings]

    def __init__(self, path: Path, *_: Any, **__: Any) -> None:
        super().__init__(":memory:")
        self._disk = self.file_system.disk
        self._name = Path(path).name
        self._is_promised = True
        self._content: str | None = None
        self._connection = apsw.Connection(str(path), vfs=self.file_system.name)
        self._run("PRAGMA locking_mode = EXCLUSIVE")  # a log shared in memory is beyond a file system of apsw
        self._run(f"PRAGMA wal_autocheckpoint = {self.settings.checkpoint_pages}")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        wanted = _SYNCHRONOUS.fullmatch(sql)
        if wanted is not None:
            self._is_promised = wanted[1] == "FULL"
            return self._run(f"PRAGMA synchronous = {self.settings.synchronous or wanted[1]}")
        if sql != "COMMIT":
            return self._run(sql, parameters)
        content, before = content_of(self), self._content
        self._disk.mark(CommitBegun(self._name, content))
        done = self._run(sql)
        self._content = content
        # Where nothing changed SQLite has nothing to sync, also not what earlier commits left unsynced.
        self._disk.mark(CommitDone(self._name, self._is_promised and content != before))
        return done

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        with _translated():
            self._connection.executemany(sql, parameters)
        return cast("sqlite3.Cursor", _Cursor([], None, self._connection.changes(), 0))

    def close(self) -> None:
        with _translated():
            self._connection.close()
        super().close()

    def _run(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        with _translated():
            cursor = self._connection.cursor()
            description: Any = ()

            def note_columns(starting: apsw.Cursor, *_: object) -> bool:
                nonlocal description
                description = starting.get_description()
                return True

            # Once it has run, apsw no longer tells the columns of a query without rows.
            cursor.exec_trace = note_columns
            rows = cast("list[tuple[Any, ...]]", list(cursor.execute(sql, parameters)))
        changes, newest_row = self._connection.changes(), self._connection.last_insert_rowid()
        return cast("sqlite3.Cursor", _Cursor(rows, description or None, changes, newest_row))


class _translated:
    """The faults of apsw become those of the standard library."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        for fault, (kind, name) in _FAULTS.items():
            if isinstance(error, fault):
                translated = kind(str(error))
                translated.sqlite_errorname = name
                raise translated from error


class _FileSystem(apsw.VFS):
    """Every file of SQLite on one simulated disk."""

    def __init__(self, disk: SimulatedDisk, settings: DiskSettings) -> None:
        self.name = f"simulated-{next(_NUMBERS)}"
        self.disk = disk
        self._settings = settings
        super().__init__(self.name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "_OpenFile":  # type: ignore[override]
        flags[1] = flags[0]
        if name is None:
            return _OpenFile(self.disk, self.disk.open_nameless(), self._settings)
        path = name if isinstance(name, str) else name.filename()
        return _OpenFile(self.disk, self.disk.open(Path(path).name), self._settings)

    def xAccess(self, pathname: str, flags: int) -> bool:
        return self.disk.exists(Path(pathname).name)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        name = Path(filename).name
        if not self.disk.exists(name):
            raise apsw.IOError
        self.disk.unlink(name, is_synced=syncdir)


class _OpenFile:
    """What apsw asks of an open file. One process, one connection: the locks have nothing to do."""

    def __init__(self, disk: SimulatedDisk, number: int, settings: DiskSettings) -> None:
        self._disk = disk
        self._number = number
        self._settings = settings

    def xRead(self, amount: int, offset: int) -> bytes:
        return self._disk.read(self._number, amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        try:
            self._disk.write(self._number, bytes(data), offset)
        except DiskFullError:
            raise apsw.FullError from None

    def xTruncate(self, size: int) -> None:
        self._disk.truncate(self._number, size)

    def xSync(self, flags: int) -> None:
        self._settings.before_sync()
        self._disk.sync(self._number)

    def xFileSize(self) -> int:
        return self._disk.size(self._number)

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4096

    def xDeviceCharacteristics(self) -> int:
        """As SQLite's own file system says on Linux: a write never spoils the bytes beside it."""
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:
        pass
