"""Who is in a session, and who waits or waited for it, as a file, as XLSX or CSV: the list to call from."""

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.arrivals.service import newcomers
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.class_sessions import service
from cloud.class_sessions.models import ClassSession
from cloud.console import table_files
from cloud.console.languages import mark
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.kit.spreadsheets import Cell, Format
from cloud.members import service as members
from cloud.sites import service as sites

HEADER: Final = (
    *("member_id", "member", "phone", "email", "state", "since", "ended_at", "attended_at", "is_trial", "is_first"),
)
_BOOKED: Final = mark("Booked")
_WAITS: Final = mark("Waits")
_GOT_A_SEAT: Final = mark("Got a seat from the list")
_GAVE_UP: Final = mark("Gave up waiting")

router = APIRouter()


@router.get("/schedule/sessions/{session_id}/export")
def export_participants(
    session_id: str, session: Transaction, viewer: Viewer = viewing("members.read"), form: Format = "xlsx"
) -> StreamingResponse:
    """The participants in the order in which they booked, then the waiting list."""
    held = service.get(session, session_id)
    zone = ZoneInfo(sites.get_site(session, held.site_id).time_zone)
    file = TableFile(
        name="participants",
        noun="booking",
        form=form,
        day=local_day(held.starts_at, zone),
        header=HEADER,
        narrowed={"session": held.id},
    )
    return table_files.send(session, viewer, file, _rows(session, viewer.words, held, zone))


def _rows(session: UnitOfWork, words: Words, held: ClassSession, zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    booked, queue = bookings.list_of_session(session, held.id), waiting.list_all(session, held.id)
    ids = {each.member_id for each in booked} | {each.member_id for each in queue}
    known = {member.id: member for member in members.list_by_ids(session, ids)}
    new = newcomers(session, booked)
    for one in booked:
        person = known[one.member_id]
        novelty = new.get(one.id)
        yield (
            *(person.id, person.name, person.phone, person.email, words.text(_BOOKED)),
            table_files.local(one.booked_at, zone),
            "",
            table_files.local(one.attended_at, zone),
            *(table_files.yes(words, when=novelty == kind) for kind in ("trial", "first")),
        )
    for each in queue:
        person = known[each.member_id]
        state = _WAITS if each.left_at is None else _GOT_A_SEAT if each.booking_id else _GAVE_UP
        yield (
            *(person.id, person.name, person.phone, person.email, words.text(state)),
            table_files.local(each.joined_at, zone),
            table_files.local(each.left_at, zone),
            *("", "", ""),
        )
