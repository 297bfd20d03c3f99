"""A file of members brought in by the command, beside a service whose staff write: how long, and how long they wait.

The import is a process of its own on the same SQLite file; beside it somebody changes one row every 20 ms, and did so
for some seconds before.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import update

from cloud import bus
from cloud.database import Database
from cloud.members.models import Member
from cloud.migrations import upgrade_database
from tests.benchmarks.report import Report, percentile
from tests.club import SECRET, Club

EVERY_S = 0.02
ALONE_WRITES = 150


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=5000, help="rows of the file (5000)")


def run(arguments: argparse.Namespace) -> Report:
    with TemporaryDirectory(prefix="tornello-") as temporary:
        folder = Path(temporary)
        database = Database(f"sqlite:///{folder}/tornello.db", dispatch=bus.dispatch)
        try:
            upgrade_database(database)
            club = Club.found(database)
            with database.transaction() as session:
                member_id = club.add_member(session)
            remaining = iter(range(ALONE_WRITES))
            alone = _write_while(database, member_id, lambda: next(remaining, None) is not None)
            importing = _start(folder, club.site_id, arguments.rows)
            started = time.monotonic()
            beside = _write_while(database, member_id, lambda: importing.poll() is None)
            lasted_s = time.monotonic() - started
        finally:
            database.close()
        assert importing.returncode == 0, (folder / "log").read_text()
    figures = {
        "rows_per_s": arguments.rows / lasted_s,
        "lasted_s": lasted_s,
        "write_p50_ms": percentile(beside, 0.5),
        "write_p95_ms": percentile(beside, 0.95),
        "write_max_ms": max(beside),
        "alone_p95_ms": percentile(alone, 0.95),
        "alone_max_ms": max(alone),
        "writes": float(len(beside)),
    }
    return Report("member_import", figures, {})


def _start(folder: Path, site_id: str, rows: int) -> "subprocess.Popen[bytes]":
    file, secret = folder / "members.csv", folder / "secret"
    lines = (f"Anna{number},Rossi,+39 333 {1_000_000 + number},vip\n" for number in range(rows))
    file.write_text("name,surname,phone,tags\n" + "".join(lines))
    secret.write_text(SECRET.hex())
    secret.chmod(0o600)
    settings = {"TORNELLO_DATABASE_URL": f"sqlite:///{folder}/tornello.db", "TORNELLO_SECRET_FILE": str(secret)}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "cloud.cli", "import", str(file), "--site", site_id],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )


def _write_while(database: Database, member_id: str, goes_on: Callable[[], bool]) -> list[float]:
    """How long each write took, from its wish to its commit."""
    lasted_ms = []
    while goes_on():
        started = time.perf_counter()
        with database.transaction() as session:
            session.execute(update(Member).where(Member.id == member_id).values(note=str(started)))
        lasted_ms.append((time.perf_counter() - started) * 1000)
        time.sleep(EVERY_S)
    return lasted_ms
