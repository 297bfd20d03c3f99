"""Sessions over HTTP."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from cloud.api import ReadSession, Transaction, problems
from cloud.class_sessions import service
from cloud.class_sessions.policy import Pattern
from cloud.class_sessions.repository import SessionFilter
from cloud.class_sessions.schemas import Id, SessionChange, SessionIn, SessionOut, SessionsPlanned
from cloud.class_sessions.service import Scope, SessionDetails
from cloud.errors import invalid_field
from cloud.kit.days import Instant
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["schedule"])

_PERIOD_MAX: Final = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions are asked for."""

    since: Annotated[Instant, Query(description="Which begin from then on.")]
    until: Annotated[Instant, Query(description="And before then; at most 62 days later.")]
    room_id: Annotated[Id | None, Query()] = None
    trainer_id: Annotated[Id | None, Query()] = None
    activity_id: Annotated[Id | None, Query()] = None


@router.get(
    "/sites/{site_id}/class-sessions", dependencies=[require("sessions.read")], responses=problems(401, 403, 404, 422)
)
def list_class_sessions(site_id: str, session: ReadSession, wanted: Annotated[Wanted, Depends()]) -> SessionsPlanned:
    """The sessions of a site that begin within a time, the earliest first, at most 1000; cancelled ones included."""
    sites.get_site(session, site_id)
    if not timedelta(0) <= wanted.until - wanted.since <= _PERIOD_MAX:
        raise invalid_field("until", "bad_period", "Ask for at most 62 days.")
    found = service.list_by_time(session, SessionFilter(site_id=site_id, has_cancelled=True, **asdict(wanted)))
    return SessionsPlanned(items=[SessionOut.model_validate(each) for each in found])


@router.post("/sites/{site_id}/class-sessions", status_code=201, responses=problems(401, 403, 404, 422))
def plan_class_sessions(
    site_id: str, body: SessionIn, session: Transaction, staff: SignedIn = require("sessions.write")
) -> SessionsPlanned:
    """Plan a session, or one on each of these weekdays; they keep their time of day over daylight saving."""
    made = service.plan(session, staff.actor, site_id, *read_plan(body))
    return SessionsPlanned(items=[SessionOut.model_validate(each) for each in made])


@router.get("/class-sessions/{session_id}", dependencies=[require("sessions.read")], responses=problems(401, 403, 404))
def get_class_session(session_id: str, session: ReadSession) -> SessionOut:
    """One session."""
    return SessionOut.model_validate(service.get(session, session_id))


@router.patch("/class-sessions/{session_id}", responses=problems(401, 403, 404, 409, 422))
def change_class_session(
    session_id: str, body: SessionChange, session: Transaction, staff: SignedIn = require("sessions.write")
) -> SessionOut:
    """Change or move a session; its bookings follow, and seats that it gains go to who waits."""
    changes = body.model_dump(exclude_unset=True, exclude={"scope"})
    return SessionOut.model_validate(service.change(session, staff.actor, session_id, changes, scope=body.scope))


@router.post("/class-sessions/{session_id}/cancel", responses=problems(401, 403, 404, 409, 422))
def cancel_class_session(
    session_id: str,
    session: Transaction,
    staff: SignedIn = require("sessions.write"),
    scope: Annotated[Scope, Query(description="`following`: the later ones of its series, too.")] = "one",
) -> SessionsPlanned:
    """Cancel a session with everything that is booked of it."""
    cancelled = service.cancel(session, staff.actor, session_id, scope=scope)
    return SessionsPlanned(items=[SessionOut.model_validate(each) for each in cancelled])


def read_plan(body: SessionIn) -> tuple[SessionDetails, Pattern]:
    """The request as the service takes it."""
    details = SessionDetails(
        activity_id=body.activity_id, room_id=body.room_id, trainer_id=body.trainer_id, seats=body.seats
    )
    pattern = Pattern(
        first_on=body.first_on,
        last_on=body.last_on or body.first_on,
        starts=body.starts,
        minutes=body.minutes,
        weekdays=tuple(body.weekdays),
    )
    return details, pattern
