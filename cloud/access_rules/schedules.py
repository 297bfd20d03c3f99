"""Schedules: hours for each weekday and for each kind of special day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from access_policy.schedule import DayWindow
from cloud.access_rules import editing, policy, repository
from cloud.access_rules.models import Schedule
from cloud.access_rules.policy import Windows
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import InUseError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The windows of the seven days from Monday, and those of each kind of special day; a kind left out is closed."""

    weekly: Sequence[Windows]
    special: Mapping[str, Windows] = field(default_factory=dict)


def create(session: UnitOfWork, actor: Actor, site_id: str, name: str, hours: Hours) -> Schedule:
    """Add a schedule to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken, or the hours make no sense.
        ConflictError: the site has 200 schedules.
    """
    editing.check_room(session, Schedule, site_id)
    editing.check_name(session, Schedule, site_id, name)
    plain = _plain(hours)
    schedule = Schedule(id=new_id("sch"), site_id=site_id, name=name, created_at=session.now, **plain)
    session.add(schedule)
    editing.record(session, actor, "schedule.create", schedule, after={"site_id": site_id, "name": name, **plain})
    return schedule


def change(
    session: UnitOfWork,
    actor: Actor,
    schedule_id: str,
    *,
    name: str | None = None,
    weekly: Sequence[Windows] | None = None,
    special: Mapping[str, Windows] | None = None,
) -> Schedule:
    """Change what is given; None stays as it is.

    Raises:
        NotFoundError: there is no such schedule.
        InvalidError: the name is taken, or the hours make no sense.
    """
    schedule = _take(session, schedule_id)
    known = hours_of(schedule)
    hours = Hours(
        weekly=known.weekly if weekly is None else weekly, special=known.special if special is None else special
    )
    before = {"name": schedule.name, "weekly": schedule.weekly, "special": schedule.special}
    after = {"name": schedule.name if name is None else name, **_plain(hours)}
    if before == after:
        return schedule
    editing.check_name(session, Schedule, schedule.site_id, after["name"], except_id=schedule.id)
    schedule.name, schedule.weekly, schedule.special = after["name"], after["weekly"], after["special"]
    editing.record(session, actor, "schedule.change", schedule, before=before, after=after)
    return schedule


def delete(session: UnitOfWork, actor: Actor, schedule_id: str) -> None:
    """Remove a schedule.

    Raises:
        NotFoundError: there is no such schedule.
        InUseError: a level grants something in its hours.
    """
    schedule = _take(session, schedule_id)
    if users := [level.name for level in repository.list_levels_with_schedule(session, schedule_id)]:
        raise InUseError("schedule", users)
    session.delete(schedule)
    editing.record(session, actor, "schedule.delete", schedule, before={"name": schedule.name})


def get(session: UnitOfWork, schedule_id: str) -> Schedule:
    """Raises NotFoundError."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise not_found("schedule", schedule_id)
    return schedule


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[Schedule]:
    """All schedules of a site by name."""
    return repository.list_by_name(session, Schedule, site_id)


def check_schedule(session: UnitOfWork, field_name: str, schedule_id: str, site_id: str) -> None:
    """Raise InvalidError for the field unless the schedule is one of the site."""
    schedule = session.get(Schedule, schedule_id)
    if schedule is None or schedule.site_id != site_id:
        raise invalid_field(field_name, "unknown_schedule", "The site has no such schedule.")


def hours_of(schedule: Schedule) -> Hours:
    """The hours that the table holds."""
    return Hours(
        weekly=[_windows(day) for day in schedule.weekly],
        special={kind: _windows(windows) for kind, windows in schedule.special.items()},
    )


def _plain(hours: Hours) -> dict[str, Any]:
    special = {policy.plain_kind(kind): windows for kind, windows in hours.special.items()}
    policy.check_hours(hours.weekly, special)
    return {
        "weekly": [_pairs(day) for day in hours.weekly],
        "special": {kind: _pairs(special[kind]) for kind in sorted(special)},
    }


def _pairs(windows: Windows) -> list[list[int]]:
    return [[window.from_minute, window.to_minute] for window in windows]


def _windows(pairs: Sequence[Sequence[int]]) -> tuple[DayWindow, ...]:
    return tuple(DayWindow(start, end) for start, end in pairs)


def _take(session: UnitOfWork, schedule_id: str) -> Schedule:
    """The schedule as it is once nobody else changes the rules of its site."""
    sites.lock_site(session, get(session, schedule_id).site_id)
    schedule = session.get(Schedule, schedule_id, populate_existing=True)
    if schedule is None:
        raise not_found("schedule", schedule_id)
    return schedule
