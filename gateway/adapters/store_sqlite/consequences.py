"""What follows from an event and is written in its transaction: a visit that was burnt, people who have moved."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.adapters.store_sqlite.visit_account import Visit
from gateway.domain.passage_ledger import OWN, LedgerEntry, PassageLedger
from gateway.domain.presence import UNSEEN_MAX_S, Moves, Person
from gateway.domain.zone_count import PersonKey, ZoneTally
from gateway.service.shared_entries import passage_of
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.journal_events import AccessTaken, AnonymousPassage, EventBody, JournalEvent
from sync_protocol.sibling_messages import SharedPassage


@dataclass(frozen=True, slots=True)
class UnseenPeople:
    """Everybody who was seen last before or after these moments (UTC seconds) is forgotten."""

    before_s: int
    after_s: int


@dataclass(frozen=True, slots=True)
class PersonGone:
    """A guest who turned out to be none, when a passage was heard of late."""

    key: PersonKey


Row = Visit | Person | PersonGone | ZoneTally | UnseenPeople | SharedPassage | SiblingMark


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


def move_people(ledger: PassageLedger, event: JournalEvent) -> list[Row]:
    """Let the presence know of the event; gives what is to be kept of that."""
    body = event.body
    if not isinstance(body, AccessTaken | AnonymousPassage):
        return []
    now_s = event.wall_ms // 1000
    moves = ledger.add([LedgerEntry(OWN, event.seq, event.wall_ms, passage_of(body, now_s))])
    told = SharedPassage(event.seq, event.boot_id, event.monotonic_ms, event.wall_ms, event.clock, body)
    rows: list[Row] = [*rows_of(moves), told]
    # A clock that may be wrong must make nobody unseen.
    if event.clock == "synced" and ledger.presence.is_sweep_due(now_s):
        ledger.presence.drop_unseen(now_s)
        ledger.begin_again()
        rows.append(UnseenPeople(now_s - UNSEEN_MAX_S, now_s + UNSEEN_MAX_S))
    return rows


def rows_of(moves: Moves) -> list[Row]:
    """What is to be kept of these moves."""
    return [*(PersonGone(key) for key in moves.gone), *moves.people, *moves.tallies]


def newest(consequences: Iterable[Consequence]) -> list[Consequence]:
    """The same without what later ones have overtaken; every visit and every passage stays."""
    kept: dict[object, Consequence] = {}
    for one in consequences:
        key = _overtaken_by(one)
        kept.pop(key, None)
        kept[key] = one
    return list(kept.values())


def _overtaken_by(one: Consequence) -> object:
    """What a later one overtakes this by."""
    match one.row:
        case Person() | PersonGone():
            return one.row.key
        case ZoneTally():
            return one.row.zone_id
        case SiblingMark():
            return one.row.gateway_id, one.row.epoch
        case _:
            return one
