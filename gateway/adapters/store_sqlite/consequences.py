"""What follows from an event and is written in its transaction: a visit that was burnt, people who have moved."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.adapters.store_sqlite.visit_account import Visit
from gateway.domain.presence import UNSEEN_MAX_S, Moves, Passage, Person, Presence
from gateway.domain.zone_count import ZoneTally
from sync_protocol.journal_events import AccessTaken, AnonymousPassage, EventBody, JournalEvent


@dataclass(frozen=True, slots=True)
class UnseenPeople:
    """Everybody who was seen last before or after these moments (UTC seconds) is forgotten."""

    before_s: int
    after_s: int


Row = Visit | Person | ZoneTally | UnseenPeople


@dataclass(frozen=True, slots=True)
class Consequence:
    """`row` is written with the event of this number."""

    seq: int
    row: Row


def visit_of(seq: int, body: EventBody) -> Visit | None:
    """The credit that the event says was burnt."""
    if isinstance(body, AccessTaken) and body.spends_visit and body.contract_id is not None:
        return Visit(seq, body.contract_id)
    return None


def move_people(presence: Presence, event: JournalEvent) -> list[Row]:
    """Let the presence know of the event; gives what is to be kept of that."""
    now_s = event.wall_ms // 1000
    moves = _observe(presence, event.body, now_s)
    if moves is None:
        return []
    rows: list[Row] = [*moves.people, *moves.tallies]
    # A clock that may be wrong must make nobody unseen.
    if event.clock == "synced" and presence.is_sweep_due(now_s):
        presence.drop_unseen(now_s)
        rows.append(UnseenPeople(now_s - UNSEEN_MAX_S, now_s + UNSEEN_MAX_S))
    return rows


def newest(consequences: Iterable[Consequence]) -> list[Consequence]:
    """The same without what later ones have overtaken; every visit stays."""
    kept: dict[object, Consequence] = {}
    for one in consequences:
        key = one.row.key if isinstance(one.row, Person) else getattr(one.row, "zone_id", one)
        kept.pop(key, None)
        kept[key] = one
    return list(kept.values())


def _observe(presence: Presence, body: EventBody, at_s: int) -> Moves | None:
    match body:
        case AccessTaken():
            return presence.observe(
                Passage(
                    body.member_id,
                    body.lane_id,
                    body.zone_id,
                    body.left_zone_id,
                    at_s,
                    is_guest=body.is_guest,
                    is_staff=body.is_staff,
                )
            )
        case AnonymousPassage():
            return presence.observe_unnamed(body.lane_id, body.direction, at_s)
        case _:
            return None
