"""The members' list as a file: 20,000 rows of XLSX, as the console writes it before it sends the first byte.

The club is seeded; the page's own work, from the query to the last byte in the file. `csv_p50_s` is the same as CSV:
what is between the two is the XLSX alone.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

from cloud import bus
from cloud.database import Database
from cloud.kit.spreadsheets import Format
from cloud.members import exporting
from cloud.members.exporting import Selection
from cloud.migrations import upgrade_database
from tests.benchmarks.large_club import LargeClub, write_large_club
from tests.benchmarks.report import Report, percentile

TARGET_S: Final = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, default=20_000, help="rows (20000)")
    parser.add_argument("--rounds", type=int, default=5, help="files of each kind (5)")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder:
        database = Database(f"sqlite:///{folder}/tornello.db", dispatch=bus.dispatch)
        upgrade_database(database)
        large = write_large_club(database, members=arguments.members)
        _export(large, Path(folder), "csv")  # the statements are compiled once
        started_cpu = time.process_time()
        xlsx = [_export(large, Path(folder), "xlsx") for _ in range(arguments.rounds)]
        cpu_s = (time.process_time() - started_cpu) / arguments.rounds
        csv = [_export(large, Path(folder), "csv") for _ in range(arguments.rounds)]
        size = (Path(folder) / "members.xlsx").stat().st_size
        database.close()
    figures = {
        "xlsx_p50_s": percentile(xlsx, 0.5),
        "xlsx_slowest_s": max(xlsx),
        "xlsx_cpu_s": cpu_s,
        "csv_p50_s": percentile(csv, 0.5),
        "xlsx_megabytes": size / 1e6,
        "rows": float(arguments.members),
    }
    return Report("export", figures, {"xlsx_p50_s": TARGET_S})


def _export(large: LargeClub, folder: Path, form: Format) -> float:
    started = time.perf_counter()
    with (folder / f"members.{form}").open("wb") as file, large.club.database.transaction() as session:
        exporting.export(session, large.club.actor, file, form, Selection())
    return time.perf_counter() - started
