"""PostgreSQL: its own programs make and read the dump, in its custom format.

Passwords go through the environment: what stands in a command line is for everybody on the machine to read.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from cloud.backup.errors import BackupError

MAGIC: Final = b"PGDMP"
_EMPTIED: Final = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
"""Dropping only what the dump knows would leave behind what a newer version had added."""
_COPY: Final = re.compile(r"COPY (\S+) \((?P<columns>.*)\) FROM stdin;")
_UNESCAPED: Final = re.compile(r"\\(\\)")
_END: Final = "\\."


def dump(url: URL, target: Path) -> None:
    """Write a dump of one moment to a new file for its owner alone.

    Raises:
        BackupError: the dump could not be made; there is none then.
    """
    try:
        file = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}") from error
    try:
        with os.fdopen(file, "wb") as output:
            _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", output=output.fileno())
            os.fsync(output.fileno())
    except BackupError:
        target.unlink()
        raise


def load(dumped: Path, url: URL) -> None:
    """Put what was dumped in the place of everything that the database holds, in one transaction.

    Raises:
        BackupError: the dump cannot be read, or the database refuses it; the database is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="tornello-restore-") as folder:
        # Not through a pipe: its end, come too early, would be taken for the end of the script, and committed.
        script = Path(folder) / "restore.sql"
        with script.open("wb") as output:
            arguments = ("--no-owner", "--no-privileges", "--file=-", str(dumped))
            _run(None, "pg_restore", *arguments, output=output.fileno())
        emptied = [option for statement in _EMPTIED for option in ("-c", statement)]
        _run(url, "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", *emptied, "-f", str(script))


def rows_of(dumped: Path, table: str, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Some columns of a table as the dump holds them, as text; nothing where it has no such table or columns.

    Raises:
        BackupError: the dump cannot be read.
    """
    with tempfile.TemporaryFile() as output:
        _run(None, "pg_restore", "--data-only", f"--table={table}", "--file=-", str(dumped), output=output.fileno())
        output.seek(0)
        lines = iter(output.read().decode(errors="replace").split("\n"))
    found: list[tuple[str, ...]] = []
    for line in lines:
        if copied := _COPY.fullmatch(line):
            known = copied["columns"].replace('"', "").split(", ")
            if not set(columns) <= set(known):
                return []
            at = [known.index(column) for column in columns]
            for row in iter(lambda: next(lines, _END), _END):
                values = row.split("\t")
                found.append(tuple(_UNESCAPED.sub(r"\1", values[index]) for index in at))
    return found


def _run(url: URL | None, program: str, *arguments: str, output: int = subprocess.DEVNULL) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is not installed: it comes with PostgreSQL's client programs")
    environment = dict(os.environ)
    where: tuple[str, ...] = ()
    if url is not None:
        where = ("--dbname", _without_password(url))
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 - a program of the PATH, with arguments of ours
        [path, *where, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise BackupError(f"{program} failed: {told[0]}")


def _without_password(url: URL) -> str:
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string(hide_password=False)
