"""What the gates tell of a member's past: visits, refusals, and what was shown to them."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from cloud.access_events.models import AccessEvent
from cloud.database import UnitOfWork
from cloud.past import Kind, PastLine, Source, Wanted, is_behind, numbered

_PREFIX: Final = "evt_"


def _decided(outcome: str) -> ColumnElement[bool]:
    return (AccessEvent.kind == "access_decided") & (AccessEvent.outcome == outcome)


_ROWS: Final[Mapping[Kind, ColumnElement[bool]]] = {
    "visit": AccessEvent.kind.in_(("access_taken", "access_not_taken")),
    "refusal": _decided("block"),
    "message": _decided("message"),
}


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(AccessEvent)
        .where(AccessEvent.member_id == wanted.member_id)
        .where(or_(*(rows for kind, rows in _ROWS.items() if kind in wanted.kinds)))
        .where(is_behind(AccessEvent.occurred_at, AccessEvent.id, wanted.behind, prefix=_PREFIX))
        .order_by(AccessEvent.occurred_at.desc(), AccessEvent.id.desc())
        .limit(wanted.limit)
    )
    return [_line(event) for event in session.scalars(query)]


def _line(event: AccessEvent) -> PastLine:
    kind, what = _told(event)
    return PastLine(
        at=event.occurred_at,
        line_id=numbered(_PREFIX, event.id),
        kind=kind,
        what=what,
        text=event.text,
        subject=str(event.id),
        facts={"lane_id": event.lane_id or "", "reason": event.reason or ""},
    )


def _told(event: AccessEvent) -> tuple[Kind, str]:
    if event.kind == "access_decided":
        return ("refusal", "refused") if event.outcome == "block" else ("message", "shown")
    if event.kind == "access_not_taken":
        return "visit", "not_taken"
    return "visit", "left" if event.direction == "out" else "entered"


SOURCES: Final = (Source(tuple(_ROWS), "access.read", _read),)
