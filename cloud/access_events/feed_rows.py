"""The taps as staff see them: who, where, with which outcome and why, and whether they went through afterwards.

Between them stands what the lanes tell of themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cloud.access_events import service
from cloud.access_events.lane_news import LaneNews, find_lane_news
from cloud.access_events.models import AccessEvent
from cloud.access_events.repository import EventFilter
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.tasks import service as tasks

_PASSAGES: Final = {"access_taken": True, "access_not_taken": False}
_EVENTS_PER_TAP: Final = 2
_PASSAGES_AHEAD: Final = 40
_TASK: Final = "tsk_"


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One tap. `is_taken` None: not granted, or not yet known whether the person went through.

    `signals` are what staff have to hear of besides (`access_policy.decision.Signal`).
    """

    event_id: int
    tap_id: str
    occurred_at: datetime
    zone: ZoneInfo
    lane_name: str
    direction: str
    outcome: str
    reason: str
    text: str
    member_id: str | None
    member_name: str | None
    is_history: bool
    is_taken: bool | None = None
    signals: tuple[str, ...] = ()
    tells: tuple["Tell", ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of a granted tap: the person went through, or did not within the lane's time."""

    event_id: int
    tap_id: str
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """What the front desk is to say to who stands at the gate, because of an open task."""

    task_id: str
    type_name: str
    hint: str
    text: str


FeedChange = FeedRow | LaneNews | Passage


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some taps and news of lanes, the newest first.

    `next_before_id` asks for the older ones; None: these were the oldest.
    """

    rows: Sequence[FeedRow | LaneNews]
    next_before_id: int | None


def latest(session: UnitOfWork, wanted: EventFilter, *, before_id: int | None, limit: int) -> FeedPage:
    """The newest taps below an event id, about `limit` of them, each with what became of it."""
    events_max = limit * _EVENTS_PER_TAP
    events = service.page(session, wanted, before_id=before_id, limit=events_max)
    later: Sequence[AccessEvent] = ()
    if before_id is not None:
        later = service.news(session, wanted, after_id=before_id - 1, limit=_PASSAGES_AHEAD)
    taken = {event.tap_id: _PASSAGES[event.kind] for event in (*events, *later) if event.kind in _PASSAGES}
    rows = [
        replace(row, is_taken=taken.get(row.tap_id)) if isinstance(row, FeedRow) else row
        for row in _rows(session, events)
    ]
    return FeedPage(rows, events[-1].id if len(events) == events_max else None)


def news(session: UnitOfWork, *, after_id: int, limit: int) -> tuple[list[FeedChange], int]:
    """What happened behind an event id, the oldest first, and the last event's id."""
    events = service.news(session, EventFilter(), after_id=after_id, limit=limit)
    changes: list[FeedChange] = [
        Passage(event.id, event.tap_id or "", _PASSAGES[event.kind]) for event in events if event.kind in _PASSAGES
    ]
    changes += _rows(session, events)
    return sorted(changes, key=_by_event), events[-1].id if events else after_id


def _by_event(change: FeedChange) -> int:
    return change.event_id


def _rows(session: UnitOfWork, events: Sequence[AccessEvent]) -> list[FeedRow | LaneNews]:
    """The newest first, as the events are or were."""
    taps = [event for event in events if event.kind == "access_decided"]
    if not taps and not any(event.kind.startswith("lane_") for event in events):
        return []
    names = members.names_of(session, {tap.member_id for tap in taps if tap.member_id})
    lanes = {lane.id: lane.name for lane in sites.list_lanes(session)}
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    tells = _tells(session, taps)
    rows: list[FeedRow | LaneNews] = [
        FeedRow(
            event_id=tap.id,
            tap_id=tap.tap_id or "",
            occurred_at=tap.occurred_at,
            zone=zones[tap.site_id],
            lane_name=lanes.get(tap.lane_id or "", tap.lane_id or ""),
            direction=tap.direction or "",
            outcome=tap.outcome or "",
            reason=tap.reason or "",
            text=tap.text,
            member_id=tap.member_id if tap.member_id in names else None,
            member_name=names.get(tap.member_id or ""),
            is_history=tap.is_history,
            signals=tuple(tap.body.get("signals", ())),
            tells=tuple(tells[task_id] for task_id in _acting_tasks(tap) if task_id in tells),
        )
        for tap in taps
    ]
    rows += find_lane_news(events, lanes, zones)
    return sorted(rows, key=_by_event, reverse=True)


def _acting_tasks(tap: AccessEvent) -> list[str]:
    """The tasks that had a say in the decision: each acts as a flag with its id."""
    considered = tap.body.get("flags_considered", ())
    return [flag_id for flag_id, bearing in considered if bearing == "in_force" and flag_id.startswith(_TASK)]


def _tells(session: UnitOfWork, taps: Sequence[AccessEvent]) -> dict[str, Tell]:
    wanted = {task_id for tap in taps for task_id in _acting_tasks(tap)}
    if not wanted:
        return {}
    return {
        task.id: Tell(task.id, action_type.name, action_type.operator_hint, task.text)
        for task, action_type in tasks.list_with_types(session, wanted)
    }
