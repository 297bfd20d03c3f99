"""One session: who is in it, who was there, who waits; and a search to book somebody into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.arrivals.service import Novelty, newcomers
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.bookings.attendance import MARKED_AHEAD
from cloud.bookings.models import Booking, WaitingEntry
from cloud.bookings.pages.of_member import NOTICES, book_or_wait
from cloud.class_sessions import service
from cloud.class_sessions.pages.calendar import cells_of
from cloud.console.forms import attempt
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.staff.api import seeing

router = APIRouter()

_FOUND_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Participant:
    """A booking with the names in it, and what is new about who booked."""

    booking: Booking
    name: str
    booked_by: str
    novelty: Novelty | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place on the waiting list with the name on it."""

    entry: WaitingEntry
    name: str


@router.get("/schedule/sessions/{session_id}")
def show_session(
    session_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("sessions.read"),
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The page; as fragment the lists, which keep themselves up to date."""
    template = "class_sessions/participants.html" if viewer.is_fragment else "class_sessions/session.html"
    return _page(session, viewer, session_id, q=q, template=template)


@router.post("/schedule/sessions/{session_id}/bookings")
def book_member(session_id: str, session: Transaction, form: Submission = submitting("bookings.write")) -> Response:
    """Book the member who was found; a full session is waited for."""
    became = "booked"
    with attempt(session, form.viewer.words) as errors:
        became = book_or_wait(session, form, form.fields.get("member_id", ""), session_id, may_wait=True)
    if errors:
        return _page(session, form.viewer, session_id, errors=errors)
    return go_to(form.viewer, f"/schedule/sessions/{session_id}", notice=NOTICES[became])


def _page(
    session: UnitOfWork,
    viewer: Viewer,
    session_id: str,
    *,
    q: str = "",
    template: str = "class_sessions/session.html",
    errors: Mapping[str, str] | None = None,
) -> Response:
    held = service.get(session, session_id)
    site = sites.get_site(session, held.site_id)
    (cell,) = cells_of(session, site.id, [held])
    may_see = viewer.may("members.read")
    booked = bookings.list_of_session(session, session_id) if may_see else []
    entries = waiting.list_all(session, session_id) if may_see else []
    member_ids = {each.member_id for each in booked} | {each.member_id for each in entries}
    names = members.names_of(session, member_ids)
    by = staff.names_of(session, {each.booked_by for each in booked if each.booked_by})
    new = newcomers(session, booked)
    queue = [Waiting(each, names[each.member_id]) for each in entries]
    with seeing(session, viewer.signed_in, "members.read"):
        found = members.search(session, q, after=None, limit=_FOUND_MAX).items if q and may_see else []
    return render(
        viewer,
        template,
        status=422 if errors else 200,
        cell=cell,
        held=held,
        site=site,
        zone=ZoneInfo(site.time_zone),
        participants=[
            Participant(each, names[each.member_id], by.get(each.booked_by or "", ""), new.get(each.id))
            for each in booked
        ],
        queue=[each for each in queue if each.entry.left_at is None],
        past_queue=[each for each in queue if each.entry.left_at is not None],
        q=q,
        found=found,
        errors=errors or {},
        is_over=held.ends_at <= session.now,
        may_mark=held.starts_at - session.now <= MARKED_AHEAD,
    )
