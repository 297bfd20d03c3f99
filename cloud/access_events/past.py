"""What the gates tell of a member's past: visits, refusals, and what was shown to them."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, select

from cloud.access_events.models import AccessEvent
from cloud.database import UnitOfWork
from cloud.past import Behind, Kind, PastLine, Read, Source, is_behind, numbered

_PREFIX: Final = "evt_"


def _reading(kind: Kind, wanted: ColumnElement[bool], what: Callable[[AccessEvent], str]) -> Read:
    def read(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
        query = (
            select(AccessEvent)
            .where(AccessEvent.member_id == member_id, wanted)
            .where(is_behind(AccessEvent.occurred_at, AccessEvent.id, behind, prefix=_PREFIX))
            .order_by(AccessEvent.occurred_at.desc(), AccessEvent.id.desc())
            .limit(limit)
        )
        return [
            PastLine(
                at=event.occurred_at,
                line_id=numbered(_PREFIX, event.id),
                kind=kind,
                what=what(event),
                text=event.text,
                subject=str(event.id),
                facts={"lane_id": event.lane_id or "", "reason": event.reason or ""},
            )
            for event in session.scalars(query)
        ]

    return read


def _of_passage(event: AccessEvent) -> str:
    if event.kind == "access_not_taken":
        return "not_taken"
    return "left" if event.direction == "out" else "entered"


def _decided(outcome: str) -> ColumnElement[bool]:
    return (AccessEvent.kind == "access_decided") & (AccessEvent.outcome == outcome)


SOURCES: Final = (
    Source(
        "visit",
        "access.read",
        _reading("visit", AccessEvent.kind.in_(("access_taken", "access_not_taken")), _of_passage),
    ),
    Source("refusal", "access.read", _reading("refusal", _decided("block"), lambda _: "refused")),
    Source("message", "access.read", _reading("message", _decided("message"), lambda _: "shown")),
)
