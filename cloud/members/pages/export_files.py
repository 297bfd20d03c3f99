"""The list of members as a file: whatever the list shows, as XLSX or CSV."""

import tempfile
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.console import table_files
from cloud.console.viewer import Viewer, viewing
from cloud.kit.spreadsheets import Format
from cloud.members import exporting
from cloud.members.exporting import Selection
from cloud.members.pages.listing import ListQuery
from cloud.saved_searches.finding import Moment

_IN_MEMORY_BYTES: Final = 4_000_000

router = APIRouter()


class ExportQuery(ListQuery):
    """The same words as in the address of the list, and the kind of file."""

    form: Format = "xlsx"


@router.get("/members/export")
def export_members(
    session: Transaction, query: Annotated[ExportQuery, Query()], viewer: Viewer = viewing("members.export")
) -> StreamingResponse:
    """Write the file, then send it in pieces."""
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - it is closed when the last piece is sent
    moment = Moment.of_club(session)
    selection = Selection(query=query.q, wanted=query.member_filter(moment), order=query.order)
    exporting.export(session, viewer.signed_in.actor, target, query.form, selection)
    return table_files.stream(target, f"members-{moment.today}", query.form)
