"""The members' list of a site as a file: 20,000 rows of XLSX, as the console writes it before its first byte is sent.

The club is seeded; the page's own work, from the query to the last byte in the file. `csv_p50_s` is the same as CSV:
what is between the two is the XLSX alone.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cloud import bus
from cloud.database import Database
from cloud.kit.spreadsheets import Format
from cloud.members import exporting
from cloud.members.exporting import Selection
from cloud.members.filters import MemberFilter
from tests.benchmarks.large_club import add_club_arguments, open_club, read_large_club
from tests.benchmarks.report import Report, percentile
from tests.club import Club

TARGET_S: Final = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_club_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5, help="files of each kind (5)")


def run(arguments: argparse.Namespace) -> Report:
    with open_club(arguments) as place:
        database = Database(place.url, dispatch=bus.dispatch)
        club = read_large_club(database).club
        rows = _export(club, place.folder, "csv").rows  # the statements are compiled once
        started_cpu = time.process_time()
        xlsx = [_export(club, place.folder, "xlsx").lasted_s for _ in range(arguments.rounds)]
        cpu_s = (time.process_time() - started_cpu) / arguments.rounds
        csv = [_export(club, place.folder, "csv").lasted_s for _ in range(arguments.rounds)]
        size = (place.folder / "members.xlsx").stat().st_size
        database.close()
    figures = {
        "xlsx_p50_s": percentile(xlsx, 0.5),
        "xlsx_slowest_s": max(xlsx),
        "xlsx_cpu_s": cpu_s,
        "csv_p50_s": percentile(csv, 0.5),
        "xlsx_megabytes": size / 1e6,
        "rows": float(rows),
    }
    return Report("export", figures, {"xlsx_p50_s": TARGET_S})


@dataclass(frozen=True)
class _Written:
    lasted_s: float
    rows: int


def _export(club: Club, folder: Path, form: Format) -> _Written:
    started = time.perf_counter()
    selection = Selection(wanted=MemberFilter(site_id=club.site_id))
    with (folder / f"members.{form}").open("wb") as file, club.database.transaction() as session:
        rows = exporting.export(session, club.actor, file, form, selection)
    return _Written(time.perf_counter() - started, rows)
