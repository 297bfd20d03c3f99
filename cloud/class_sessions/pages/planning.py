"""Plan sessions, one or one a week; change and cancel them, alone or with the rest of their series."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.activities import service as activities
from cloud.api import ReadSession, Transaction
from cloud.class_sessions import service
from cloud.class_sessions.api import read_plan
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.policy import slot_of
from cloud.class_sessions.schemas import SessionIn
from cloud.class_sessions.service import Scope
from cloud.console.asking import chosen_day, chosen_site
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.rooms import service as rooms
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.staff import service as staff

router = APIRouter()

_BACK: Final = mark("Back to the schedule")
_SCOPES: Final = {"one": mark("This session alone"), "following": mark("This one and the later ones of its series")}
_WEEKDAY: Final = "weekday_"
_NAMES: Final = {"starts_at": "first_on", "weekdays": "form"}


@router.get("/schedule/sessions/new")
def show_new_session(
    session: ReadSession,
    viewer: Viewer = viewing("sessions.write"),
    site: Annotated[str, Query(max_length=24)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A form for an hour on the day."""
    club = chosen_site(session, site)
    first_on = chosen_day(day, local_day(session.now, ZoneInfo(club.time_zone)))
    return _form(session, viewer, club, {"first_on": str(first_on), "starts": "18:00", "minutes": "60"})


@router.post("/schedule/sites/{site_id}/sessions")
def plan_sessions(site_id: str, session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Plan the sessions."""
    club = sites.get_site(session, site_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        body = SessionIn.model_validate(_read(form.fields))
        service.plan(session, form.viewer.signed_in.actor, site_id, *read_plan(body))
    if errors:
        return _form(session, form.viewer, club, form.fields, errors)
    address = f"/schedule?site={site_id}&day={form.fields.get('first_on', '')}"
    return go_to(form.viewer, address, notice="sessions_planned")


@router.get("/schedule/sessions/{session_id}/change")
def show_session_form(session_id: str, session: ReadSession, viewer: Viewer = viewing("sessions.write")) -> Response:
    """The form of a session, as it is."""
    held = service.get(session, session_id)
    club = sites.get_site(session, held.site_id)
    local = held.starts_at.astimezone(ZoneInfo(club.time_zone))
    fields = {
        "activity_id": held.activity_id,
        "room_id": held.room_id or "",
        "trainer_id": held.trainer_id or "",
        "seats": str(held.seats),
        "first_on": str(local.date()),
        "starts": f"{local:%H:%M}",
        "minutes": str(int((held.ends_at - held.starts_at).total_seconds()) // 60),
        "scope": "one",
    }
    return _form(session, viewer, club, fields, held=held)


@router.post("/schedule/sessions/{session_id}/change")
def change_session(session_id: str, session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Save the session."""
    held = service.get(session, session_id)
    club = sites.get_site(session, held.site_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        body = SessionIn.model_validate(_read(form.fields))
        starts_at = slot_of(body.first_on, body.starts, body.minutes, ZoneInfo(club.time_zone)).starts_at
        changes = {name: getattr(body, name) for name in ("activity_id", "room_id", "trainer_id", "seats", "minutes")}
        service.change(
            session,
            form.viewer.signed_in.actor,
            session_id,
            changes | {"starts_at": _kept_seconds(held.starts_at, starts_at)},
            scope=_scope(form),
        )
    if errors:
        return _form(session, form.viewer, club, form.fields, errors, held=held)
    return go_to(form.viewer, f"/schedule/sessions/{session_id}", notice="schedule_saved")


@router.get("/schedule/sessions/{session_id}/cancel")
def show_cancelling(session_id: str, session: ReadSession, viewer: Viewer = viewing("sessions.write")) -> Response:
    """Ask once."""
    return _cancelling(viewer, service.get(session, session_id), {"scope": "one"})


@router.post("/schedule/sessions/{session_id}/cancel")
def cancel_session(session_id: str, session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Cancel the session with what is booked of it."""
    held = service.get(session, session_id)
    with attempt(session, form.viewer.words) as errors:
        service.cancel(session, form.viewer.signed_in.actor, session_id, scope=_scope(form))
    if errors:
        return _cancelling(form.viewer, held, form.fields, errors)
    return go_to(form.viewer, f"/schedule/sessions/{session_id}", notice="class_cancelled")


def _cancelling(
    viewer: Viewer, held: ClassSession, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Cancel the session?")),
        action=f"/schedule/sessions/{held.id}/cancel",
        button=say(mark("Cancel the session")),
        back=f"/schedule/sessions/{held.id}",
        back_text=say(mark("Back to the session")),
        text=say(mark("What is booked of it is cancelled too, and nobody waits for it any more. It cannot be undone.")),
        body="class_sessions/scope_fields.html",
        tone="danger",
    )
    return show(viewer, sheet, fields, errors, scopes=_scopes(viewer, held))


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    club: Site,
    fields: Mapping[str, str],
    errors: Errors | None = None,
    *,
    held: ClassSession | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Plan sessions")) if held is None else say(mark("Change the session")),
        action=f"/schedule/sites/{club.id}/sessions" if held is None else f"/schedule/sessions/{held.id}/change",
        button=say(mark("Plan")) if held is None else say(mark("Save")),
        back=f"/schedule?site={club.id}" if held is None else f"/schedule/sessions/{held.id}",
        back_text=say(_BACK),
        body="class_sessions/session_fields.html",
        history=("class_session", held.id) if held else None,
    )
    kept = {held.activity_id, held.room_id} if held else set()
    known = [each for each in activities.list_all(session) if not each.is_obsolete or each.id in kept]
    places = [each for each in rooms.list_of_site(session, club.id) if not each.is_obsolete or each.id in kept]
    people = sorted(staff.list_active(session), key=lambda each: (each.role != "trainer", each.name))
    none = ("", say(mark("none")))
    return show(
        viewer,
        sheet,
        fields,
        errors,
        activities=[(each.id, each.name) for each in known],
        rooms=[none, *((each.id, each.name) for each in places)],
        trainers=[none, *((each.id, each.name) for each in people)],
        weekdays=[(_WEEKDAY + str(number), name) for number, name in enumerate(viewer.words.weekdays())],
        scopes=_scopes(viewer, held),
        is_new=held is None,
    )


def _scopes(viewer: Viewer, held: ClassSession | None) -> list[tuple[str, str]]:
    is_series = held is not None and held.series_id is not None
    return [(code, viewer.words.text(name)) for code, name in _SCOPES.items()] if is_series else []


def _scope(form: Submission) -> Scope:
    return "following" if form.fields.get("scope") == "following" else "one"


def _read(fields: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: fields.get(name) or None for name in ("room_id", "trainer_id", "seats", "last_on")}
    values |= {name: fields.get(name, "") for name in ("activity_id", "first_on", "starts", "minutes")}
    values["weekdays"] = [int(name.removeprefix(_WEEKDAY)) for name in fields if name in _WEEKDAY_FIELDS]
    return values


def _kept_seconds(before: datetime, after: datetime) -> datetime:
    """A form knows whole minutes: what it does not change stays to the second."""
    return before if before.replace(second=0, microsecond=0) == after else after


_WEEKDAY_FIELDS: Final = frozenset(f"{_WEEKDAY}{number}" for number in range(7))
