"""The audit log as a file: whatever the list shows, as XLSX or CSV."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.audit import service
from cloud.audit.models import AuditEntry
from cloud.audit.pages.listing import ListQuery, filter_of
from cloud.audit.service import AuditFilter
from cloud.console import table_files
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.sites import service as sites
from cloud.staff import employment

HEADER: Final = ("number", "at", "who", "act", "about", "id", "before", "after", "request_id")

router = APIRouter()


class ExportQuery(ListQuery):
    """The same words as in the address of the list, and the kind of file."""

    form: Format = "xlsx"


@router.get("/settings/audit/export")
def export_audit(
    session: Transaction, wanted: Annotated[ExportQuery, Query()], viewer: Viewer = viewing("audit.read")
) -> StreamingResponse:
    """All entries that the filters let through, the newest first."""
    zone = sites.zone_of_days(session)
    file = TableFile(
        name="audit",
        noun="audit",
        form=wanted.form,
        day=session.now.date(),
        header=HEADER,
        narrowed=wanted.model_dump(exclude={"form"}),
    )
    return table_files.send(session, viewer, file, _rows(session, filter_of(wanted, zone), zone))


def _rows(session: UnitOfWork, wanted: AuditFilter, zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    names = {person.id: person.name for person in employment.list_all(session)}

    def find(after: str | None) -> Page[AuditEntry]:
        return service.list_entries(session, wanted, after=after, limit=ROWS_AT_ONCE)

    for entries in table_files.each_page(session, find):
        for entry in entries:
            yield (
                entry.seq,
                table_files.local(entry.at, zone),
                names.get(entry.actor_id, entry.actor_id),
                entry.action,
                entry.entity_kind,
                entry.entity_id,
                _told(entry.before),
                _told(entry.after),
                entry.request_id,
            )


def _told(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False)
