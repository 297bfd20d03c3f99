"""Plan sessions, move and cancel them. What that means for who booked them is told as `ClassSessionChanged`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from cloud.activities.models import Activity
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.class_sessions import policy, repository
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.policy import Pattern, Slot
from cloud.class_sessions.repository import SessionFilter
from cloud.database import UnitOfWork
from cloud.domain_events import ClassSessionChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.rooms import service as rooms
from cloud.sites import service as sites

Scope = Literal["one", "following"]
"""This session alone, or with the later ones of its series."""
SHOWN_MAX: Final = 1000
"""So many sessions are listed at once at most."""
_Columns = Mapping[str, Any]
_TOLD: Final = ("activity_id", "room_id", "zone_id", "trainer_id", "seats", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """What is planned. Without a room it opens every zone; without seats there are as many as in the room."""

    activity_id: str
    room_id: str | None = None
    trainer_id: str | None = None
    seats: int | None = None


def plan(
    session: UnitOfWork, actor: Actor, site_id: str, details: SessionDetails, pattern: Pattern
) -> Sequence[ClassSession]:
    """Plan the sessions of a pattern, the earliest first.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: activity, room or trainer cannot be used or are busy then; or there is none, more than 400, one
            is over, or ten years ahead.
    """
    site = sites.get_site(session, site_id)
    if not 0 < pattern.minutes <= policy.MINUTES_MAX:
        raise invalid_field("minutes", "bad_session_length", "A session is up to a day long.")
    slots = policy.slots_of(pattern, ZoneInfo(site.time_zone))
    if not slots:
        raise invalid_field("last_on", "no_such_day", "No day of these is on one of the weekdays.")
    if len(slots) > policy.SERIES_MAX:
        raise invalid_field("last_on", "too_many_sessions", f"At most {policy.SERIES_MAX} at once.")
    values = _resolved(session, site_id, details)
    _check_slots(session, values, slots, ())
    series_id = new_id("srs") if len(slots) > 1 else None
    made = [
        ClassSession(
            id=new_id("cls"),
            site_id=site_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            series_id=series_id,
            created_at=session.now,
            **values,
        )
        for slot in slots
    ]
    session.add_all(made)
    session.flush()
    for each in made:
        audit.record(session, actor, "class_session.create", entity=("class_session", each.id), after=_audited(each))
    return made


def change(
    session: UnitOfWork, actor: Actor, session_id: str, changes: Mapping[str, Any], *, scope: Scope = "one"
) -> ClassSession:
    """Change some of `SessionDetails`' attributes, `starts_at` or `minutes`; bookings and waiting list follow.

    Raises:
        NotFoundError: there is no such session.
        InvalidError: as for `plan`.
        ConflictError: it is cancelled or over, or more are booked than there would be seats.
    """
    first, concerned = _take_coming(session, session_id, scope)
    site = sites.get_site(session, first.site_id)
    zone = ZoneInfo(site.time_zone)
    wanted = {name: changes.get(name, getattr(first, name)) for name in SessionDetails.__dataclass_fields__}
    if "room_id" in changes and changes["room_id"] != first.room_id and "seats" not in changes:
        wanted["seats"] = None
    values = _resolved(session, first.site_id, SessionDetails(**wanted), before=first)
    old = Slot(first.starts_at, first.ends_at)
    new = _new_slot(old, changes)
    slots = [policy.moved(Slot(each.starts_at, each.ends_at), old=old, new=new, zone=zone) for each in concerned]
    if new == old:
        slots = [Slot(each.starts_at, each.ends_at) for each in concerned]
    elif len(concerned) == 1:
        slots = [new]
    _check_slots(session, values, slots, [each.id for each in concerned])
    for each, slot in zip(concerned, slots, strict=True):
        before = _audited(each)
        for name, value in {**values, "starts_at": slot.starts_at, "ends_at": slot.ends_at}.items():
            setattr(each, name, value)
        after = _audited(each)
        if before != after:
            session.flush()
            _tell(session, actor, "class_session.change", each, (before, after))
    return first


def cancel(session: UnitOfWork, actor: Actor, session_id: str, *, scope: Scope = "one") -> Sequence[ClassSession]:
    """Cancel a session, or it and the later ones of its series, with what is booked of them.

    Raises:
        NotFoundError: there is no such session.
        ConflictError: it is cancelled or over.
    """
    _, concerned = _take_coming(session, session_id, scope)
    for each in concerned:
        each.cancelled_at = session.now
        each.cancelled_by = actor.id if actor.kind == "staff" else None
        session.flush()
        _tell(session, actor, "class_session.cancel", each, ({}, {"cancelled_at": session.now.isoformat()}))
    return concerned


def take(session: UnitOfWork, session_id: str) -> ClassSession:
    """The session for this transaction alone.

    Raises:
        NotFoundError: there is none with this id.
    """
    locked = repository.lock(session, session_id)
    if locked is None:
        raise not_found("class_session", session_id)
    return locked


def get(session: UnitOfWork, session_id: str) -> ClassSession:
    """One session.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = session.get(ClassSession, session_id)
    if found is None:
        raise not_found("class_session", session_id)
    return found


def list_by_time(session: UnitOfWork, wanted: SessionFilter, *, limit: int = SHOWN_MAX) -> Sequence[ClassSession]:
    """The first of these sessions, the earliest first."""
    return repository.list_by_time(session, wanted, limit=limit)


def list_by_ids(session: UnitOfWork, session_ids: Collection[str]) -> Sequence[ClassSession]:
    """These sessions, in no order; unknown ids are left out."""
    return repository.list_by_ids(session, session_ids)


def _take_coming(session: UnitOfWork, session_id: str, scope: Scope) -> tuple[ClassSession, Sequence[ClassSession]]:
    """The session and all that are concerned, locked in the order of their ids."""
    first = get(session, session_id)
    if scope == "following" and first.series_id is not None:
        concerned = repository.lock_following(session, first)
        first = next((each for each in concerned if each.id == session_id), first)
    else:
        first = take(session, session_id)
        concerned = [first]
    if first.cancelled_at is not None:
        raise ConflictError("session_cancelled", "The session is cancelled.")
    if first.ends_at <= session.now:
        raise ConflictError("session_over", "The session is over.")
    return first, concerned


def _new_slot(old: Slot, changes: Mapping[str, Any]) -> Slot:
    starts_at: datetime = changes.get("starts_at", old.starts_at)
    length = timedelta(minutes=changes["minutes"]) if "minutes" in changes else old.ends_at - old.starts_at
    if not timedelta(0) < length <= timedelta(minutes=policy.MINUTES_MAX):
        raise invalid_field("minutes", "bad_session_length", "A session is up to a day long.")
    return Slot(starts_at, starts_at + length)


def _resolved(
    session: UnitOfWork, site_id: str, details: SessionDetails, before: ClassSession | None = None
) -> dict[str, Any]:
    """The columns of the details; what is obsolete may stay, and is not chosen anew."""
    activity = session.get(Activity, details.activity_id)
    keeps_activity = before is not None and before.activity_id == details.activity_id
    if activity is None or (activity.is_obsolete and not keeps_activity):
        raise invalid_field("activity_id", "unknown_activity", "There is no such activity, or it is obsolete.")
    room = rooms.lock(session, details.room_id) if details.room_id is not None else None
    keeps_room = before is not None and before.room_id == details.room_id
    if details.room_id is not None and (
        room is None or room.site_id != site_id or (room.is_obsolete and not keeps_room)
    ):
        raise invalid_field("room_id", "unknown_room", "Use a room of the site that is not obsolete.")
    trainer = repository.lock_trainer(session, details.trainer_id) if details.trainer_id is not None else None
    keeps_trainer = before is not None and before.trainer_id == details.trainer_id
    if details.trainer_id is not None and (trainer is None or not (trainer.is_active or keeps_trainer)):
        raise invalid_field("trainer_id", "unknown_trainer", "Use somebody of the staff.")
    seats = details.seats if details.seats is not None else (room.seats if room else None)
    if seats is None:
        raise invalid_field("seats", "seats_missing", "Without a room, say how many seats there are.")
    zone_id = before.zone_id if before is not None and keeps_room else (room.zone_id if room else None)
    return {
        "activity_id": details.activity_id,
        "room_id": details.room_id,
        "zone_id": zone_id,
        "trainer_id": details.trainer_id,
        "seats": seats,
    }


def _check_slots(
    session: UnitOfWork, values: Mapping[str, Any], slots: Sequence[Slot], own_ids: Collection[str]
) -> None:
    if min(slot.ends_at for slot in slots) <= session.now:
        raise invalid_field("first_on", "is_over", "A session would be over already.")
    since, until = slots[0].starts_at, max(slot.ends_at for slot in slots)
    if until - session.now > policy.AHEAD_MAX:
        raise invalid_field("last_on", "too_far_ahead", "Plan at most ten years ahead.")
    busy = repository.list_busy(session, values["room_id"], values["trainer_id"], since=since, until=until)
    for other in busy:
        if other.id in own_ids:
            continue
        if not any(other.starts_at < slot.ends_at and slot.starts_at < other.ends_at for slot in slots):
            continue
        if values["room_id"] is not None and other.room_id == values["room_id"]:
            raise invalid_field("room_id", "room_taken", "Another session is in the room then.")
        raise invalid_field("trainer_id", "trainer_taken", "The trainer has another session then.")


def _tell(
    session: UnitOfWork, actor: Actor, action: str, changed: ClassSession, change: tuple[_Columns, _Columns]
) -> None:
    before, after = change
    told = {name: value for name, value in after.items() if before.get(name) != value}
    was = {name: before.get(name) for name in told}
    audit.record(session, actor, action, entity=("class_session", changed.id), before=was, after=told)
    session.publish(ClassSessionChanged(changed.id))


def _audited(held: ClassSession) -> dict[str, Any]:
    return audit.plain({name: getattr(held, name) for name in _TOLD})
