"""A memory card under the gateway's files: at a power cut it falls back to what was promised to last.

SQLite writes real files in a folder in memory. After each commit that waits for the disk, and at each start, both files
are as the card would have them; what came later may be gone. (`tests/simulation/power.py` cuts between the writes.)
"""

import functools
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any, ClassVar

from gateway.adapters.store_sqlite import journal_file, state_file
from gateway.adapters.store_sqlite.database_file import open_or_replace
from tests.memory_folder import memory_folder

_FILES = {"journal.db": journal_file.KIND, "entitlements.db": state_file.KIND}
_CHECKPOINT_PAGES = 30


class Card:
    """The files of one gateway; `connection_type` is what the store opens them with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._durable: dict[str, dict[str, bytes]] = {}
        folder.mkdir()
        for name, content in new_files().items():
            (folder / name).write_bytes(content)
        self.connection_type: type[sqlite3.Connection] = type("CardConnection", (_CardConnection,), {"card": self})

    def promise(self, name: str) -> None:
        """From now on a power cut leaves at least this much of a database."""
        self._durable[name] = {
            part: self._read(part) for part in (name, f"{name}-wal") if (self.folder / part).exists()
        }

    def lose_power(self, rng: random.Random) -> None:
        """The files as they are without what nobody waited for, or with it; all connections are closed."""
        for name, parts in self._durable.items():
            if rng.random() < 0.5:
                for part in (name, f"{name}-wal", f"{name}-shm"):
                    (self.folder / part).unlink(missing_ok=True)
                for part, content in parts.items():
                    (self.folder / part).write_bytes(content)

    def forget(self) -> None:
        shutil.rmtree(self.folder)

    def _read(self, part: str) -> bytes:
        return (self.folder / part).read_bytes()


class _CardConnection(sqlite3.Connection):
    """Tells its card about each commit that is to last."""

    card: ClassVar[Card]

    def __init__(self, path: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(path, *args, **kwargs)
        self._name = Path(path).name if isinstance(path, Path) else ""
        self._is_promised = True
        if self._name:
            super().execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            self.card.promise(self._name)

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        done = super().execute(sql, *args)
        if sql.startswith("PRAGMA synchronous"):
            self._is_promised = sql.endswith("FULL")
        elif sql == "COMMIT" and self._is_promised and self._name:
            self.card.promise(self._name)
        return done


@functools.cache
def new_files() -> dict[str, bytes]:
    """Both databases as they are on a new card, made once."""
    with memory_folder() as folder:
        for name, kind in _FILES.items():
            open_or_replace(folder / name, kind, sqlite3.Connection).connection.close()
        return {name: (folder / name).read_bytes() for name in _FILES}
