"""Bring members in from a file, at the console: the file, which column means what, a try, and the report by line."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import AppDatabase, ReadSession
from cloud.console.field_errors import in_words
from cloud.console.forms import Errors, Sheet, show
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Upload, Viewer, uploading, viewing
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.kit.spreadsheets import SpreadsheetUnreadableError
from cloud.member_import import service
from cloud.member_import.mapping import FIELDS, MappingError, read_mapping
from cloud.member_import.service import Order
from cloud.sites import service as sites

ADDRESS: Final = "/members/import/upload"
ROWS_MAX: Final = 5000
"""At once, so that nobody waits for minutes."""
LINES_SHOWN: Final = 1000
PAUSE_PART: Final = 0.25
"""Of what a lot took. Whoever writes in this process waits in line, and needs no more of a gap to have a turn."""

router = APIRouter()


@router.get(ADDRESS)
def show_import(session: ReadSession, viewer: Viewer = viewing("members.import")) -> Response:
    """A file to choose; it is only tried unless the tick is taken away."""
    return _form(session, viewer, {"is_trial": "on"})


@router.post(ADDRESS)
def bring_in(database: AppDatabase, form: Upload = uploading("members.import")) -> Response:
    """Try the file, or bring its people in; the report says of each line what became of it."""
    viewer, is_trial = form.viewer, "is_trial" in form.fields
    told = read_mapping(form.fields.get("mapping", ""))
    order = Order(site_id=form.fields.get("site_id", ""), content=form.content, told=told, rows_max=ROWS_MAX)
    errors: dict[str, str] = {}
    try:
        report = service.run(
            database,
            viewer.signed_in.actor,
            order,
            is_trial=is_trial,
            pause=lambda took_s: time.sleep(took_s * PAUSE_PART),
        )
    except SpreadsheetUnreadableError:
        errors["file"] = viewer.words.text(mark("Use a CSV file in UTF-8, or an XLSX file."))
    except (ConflictError, InvalidError) as error:
        errors["file"] = in_words(error.code, viewer.words)
    except MappingError as error:
        text = mark("No column is the first name, or this column or field is not there: %(what)s")
        errors["mapping"] = viewer.words.text(text, what=str(error))
    if errors:
        with database.session() as session:
            return _form(session, viewer, form.fields, errors)
    shown = sorted(report.lines, key=lambda line: line.outcome != "refused")[:LINES_SHOWN]
    problems = {line.number: _problems(line.problems, viewer) for line in shown}
    return render(viewer, "member_import/report.html", report=report, lines=shown, problems=problems, is_trial=is_trial)


def _problems(found: Sequence[tuple[str, str]], viewer: Viewer) -> str:
    return "; ".join(f"{field}: {in_words(code, viewer.words)}" for field, code in found)


def _form(session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Bring members in from a file")),
        action=ADDRESS,
        button=say(mark("Read the file")),
        back="/members",
        back_text=say(mark("Back to the members")),
        body="member_import/import_fields.html",
        has_file=True,
        is_whole=True,
    )
    site_choices = [(site.id, site.name) for site in sites.list_sites(session)]
    return show(viewer, sheet, fields, errors, site_choices=site_choices, known_fields=", ".join(FIELDS))
