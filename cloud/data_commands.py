"""What the commands do that bring data in by the thousand: import, seed."""

import argparse
import json
import os
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from cloud.audit.service import Actor
from cloud.console.field_errors import in_words
from cloud.console.words import words_of
from cloud.kit.progress import Progress
from cloud.kit.spreadsheets import SpreadsheetUnreadableError
from cloud.member_import import service as member_import
from cloud.member_import.importer import Line
from cloud.member_import.mapping import MappingError, read_mapping
from cloud.member_import.service import Order, Report
from cloud.opening import UsageError, open_database, read_password_file
from cloud.seeding import service as seeding
from cloud.seeding.framework import OWNER_EMAIL, SITES_MAX
from cloud.seeding.people import MEMBERS_MAX
from cloud.seeding.visits import VISITS_MAX
from cloud.settings import read_settings

FILE_BYTES_MAX: Final = 100_000_000


class LinesRefusedError(Exception):
    """Some lines of a file added nobody; the others did."""


def bring_in(options: argparse.Namespace) -> None:
    """Bring members in from a file, and report by line.

    Raises:
        UsageError: the file or the mapping cannot be used.
        LinesRefusedError: some lines were refused.
    """
    settings = read_settings(os.environ)
    told = {} if options.mapping is None else read_mapping(_read(options.mapping).decode("utf-8-sig", "replace"))
    order = Order(site_id=options.site, content=_read(options.file), told=told)
    progress = Progress()
    with open_database(settings) as database:
        try:
            report = member_import.run(
                database,
                Actor("system", options.command),
                order,
                is_trial=options.dry_run,
                tell=lambda done, total: progress.tell(done, total, "lines"),
            )
        except SpreadsheetUnreadableError as error:
            raise UsageError(f"{options.file}: {error}; use CSV in UTF-8, or XLSX") from error
        except MappingError as error:
            raise UsageError(f"no column is the first name, or this column or field is not there: {error}") from error
    sys.stdout.write(_as_json(report, options) if options.json else _as_text(report, options))
    refused = report.count("refused")
    if refused:
        raise LinesRefusedError(f"{refused} lines were refused")


def seed(options: argparse.Namespace) -> None:
    """Write a made-up club, and tell who may sign in.

    Raises:
        UsageError: a number is out of its range.
        ConflictError: the database is not empty.
    """
    for name, least, most in (("members", 1, MEMBERS_MAX), ("visits", 0, VISITS_MAX), ("sites", 1, SITES_MAX)):
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise UsageError(f"--{name} must be {least} to {most}")
    settings = read_settings(os.environ)
    given = None if options.password_file is None else read_password_file(options.password_file)
    password = given or secrets.token_urlsafe(12)
    order = seeding.Order(members=options.members, visits=options.visits, seed=options.seed, sites=options.sites or 0)
    with open_database(settings) as database:
        done = seeding.seed(database, order, secret=settings.secret, password=password, tell=Progress().tell)
    told = asdict(done) | {"email": OWNER_EMAIL} | ({} if given else {"password": password})
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
        return
    rate = (done.rows + done.state_rows) / done.duration_s
    sys.stdout.write(
        f"{done.members} members and {done.visits} visits at {len(done.site_ids)} sites in {done.duration_s:.0f} s: "
        f"{done.rows} rows, and {done.state_rows} for the gates, {rate:.0f} a second\n"
        f"sign in as {OWNER_EMAIL}" + ("" if given else f" with the password {password}") + "\n"
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if len(content) > FILE_BYTES_MAX:
        raise UsageError(f"{path} has more than {FILE_BYTES_MAX // 1_000_000} megabytes")
    return content


def _as_json(report: Report, options: argparse.Namespace) -> str:
    lines = [asdict(line) | {"problems": dict(line.problems)} for line in report.lines]
    counts = {outcome: report.count(outcome) for outcome in ("added", "there_already", "refused")}
    told = {
        "is_trial": options.dry_run,
        "columns": dict(report.columns),
        **counts,
        "earlier": report.earlier,
        "lines": lines,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def _as_text(report: Report, options: argparse.Namespace) -> str:
    told = [_line_as_text(line) for line in report.lines if line.outcome != "added"]
    would_be = "would be added" if options.dry_run else "added"
    told.append(
        f"{report.count('added')} {would_be}, {report.count('there_already')} there already, "
        f"{report.count('refused')} refused"
        + (f"; {report.earlier} lines of it before the interruption" if report.earlier else "")
    )
    return "\n".join(told) + "\n"


def _line_as_text(line: Line) -> str:
    who = f"line {line.number}: {line.name}".rstrip(": ")
    if line.outcome == "there_already":
        return f"{who}: there already" + (f", {line.member_id}" if line.member_id else "")
    english = words_of("en")
    return f"{who}: " + "; ".join(f"{field}: {in_words(code, english)}" for field, code in line.problems)
