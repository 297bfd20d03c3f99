"""Makes a backup: one file, complete or absent."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from cloud.backup import postgresql_copy, sqlite_copy
from cloud.backup.errors import BackupError
from cloud.backup.whole_file import put_in_place


@dataclass(frozen=True, slots=True)
class Saved:
    """The backup that was made."""

    path: Path
    size_bytes: int


def save(url: URL, path: Path, *, may_replace: bool) -> Saved:
    """Copy the database, which may be in use, to a file.

    Raises:
        BackupError: the file exists and may not be replaced, or no copy could be made.
    """
    if path.exists() and not may_replace:
        raise BackupError(f"{path} exists: choose another name, or add --force")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    if url.get_backend_name() == "sqlite":
        source = Path(str(url.database))
        if not source.exists():
            raise BackupError(f"there is no database {source}")
        sqlite_copy.copy(source, part)
    else:
        postgresql_copy.dump(url, part)
    put_in_place(part, path)
    return Saved(path, path.stat().st_size)
