"""Taking over the gateways' journals: each event exactly once, in order, and nothing missing unnoticed.

A batch is one transaction. What is there already is skipped, what begins behind a hole is left for the gateway to send
again, and an event that cannot be read is put aside with its reason so that those behind it are not held up. A gateway
that had to begin its journal anew sends again what was on its way: such an event is known by its mark.
"""

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cloud.access_events import journal_faults, news, repository
from cloud.access_events.columns import event_columns, is_history, to_utc
from cloud.access_events.journal_faults import Fault
from cloud.access_events.models import BootClock, JournalCursor, RefusedEvent
from cloud.access_events.repository import EventMark
from cloud.database import UnitOfWork
from cloud.kit.storable import NUMBER_MAX, find_unstorable
from cloud.members import service as members
from cloud.sites.models import Gateway
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    CHAIN_START,
    EventBody,
    GapRecorded,
    JournalEvent,
    SealedEvent,
    chain_after,
    first_seq_covered,
    parse_event,
)
from sync_protocol.messages import EventBatch

REFUSED_MAX = 1_000
"""So many events of one gateway that could not be taken over are kept whole."""
EPOCHS_MAX = 100
"""A gateway begins its journal anew when its card was damaged or copied."""
ID_CHARACTERS_MAX = 64
_RESTAMPED_AT_ONCE = 1000
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything of the journal `epoch` up to `acked_seq` is stored or refused (-1: nothing).

    `hello_nonce` is that of the newest Hello that said of this journal how far it goes, `chain` that of the last event,
    if it is known.
    """

    epoch: str
    acked_seq: int
    hello_nonce: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of a batch: how far its journal stands; `refused` are numbers with reasons."""

    standing: Standing
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Parsed:
    sealed: SealedEvent
    event: JournalEvent | None
    reason: str = ""


@dataclass(slots=True)
class _Intake:
    """What one batch adds to the tables.

    `known` are the marks of events that another journal has brought already, `foreign` lanes of which the gateway
    cannot know anything; `chain` is that of the last event taken, if it is known.
    """

    known: set[EventMark]
    foreign: set[str]
    chain: bytes | None
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[EventBody, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def open_journal(session: UnitOfWork, gateway: Gateway, epoch: str, first_seq: int, hello_nonce: bytes) -> Standing:
    """How far a gateway's journal is taken over, after a Hello with this nonce.

    If the gateway no longer has what should come next (this database was restored from a backup), staff are told of the
    hole and the cursor moves on, because nobody can fill it.
    """
    cursor, _ = _lock_cursor(session, gateway, epoch)
    cursor.hello_nonce = hello_nonce
    if first_seq > cursor.acked_seq + 1:
        _logger.error(
            "gateway %s has no events %d to %d of journal %s any more: they are lost",
            gateway.id,
            cursor.acked_seq + 1,
            first_seq - 1,
            epoch,
        )
        journal_faults.note(session, gateway, epoch, [Fault("lost", cursor.acked_seq + 1, first_seq - 1)])
        cursor.acked_seq, cursor.chain = first_seq - 1, None
    return _standing(cursor)


def standings(session: UnitOfWork, gateway_ids: Collection[str]) -> dict[str, list[Standing]]:
    """By gateway: how far its newest journals stand."""
    found: dict[str, list[Standing]] = {}
    for cursor in repository.list_cursors(session, gateway_ids):
        found.setdefault(cursor.gateway_id, []).append(_standing(cursor))
    return found


def _standing(cursor: JournalCursor) -> Standing:
    return Standing(cursor.epoch, cursor.acked_seq, cursor.hello_nonce, cursor.chain or b"")


def record_batch(session: UnitOfWork, gateway: Gateway, batch: EventBatch) -> BatchOutcome:
    """Store what is new in a batch and publish what others have to hear of (`news`); idempotent.

    The caller commits, then acknowledges.
    """
    cursor, earlier_epochs = _lock_cursor(session, gateway, batch.journal_epoch)
    fresh = _in_order([_parse(sealed) for sealed in batch.events if sealed.seq > cursor.acked_seq], cursor.acked_seq)
    offsets = _learn_offsets(session, gateway, [item.event for item in fresh if item.event])
    known, foreign = _find_known(session, gateway, earlier_epochs, fresh), _find_foreign(session, gateway, fresh)
    intake = _Intake(known, foreign, cursor.chain)
    for item in fresh:
        _take(intake, item, offsets)
    if fresh:
        cursor.acked_seq, cursor.chain = fresh[-1].sealed.seq, intake.chain
    now = session.now
    place = {"gateway_id": gateway.id, "journal_epoch": batch.journal_epoch, "received_at": now}
    for row in intake.refused:
        row.update(place)
    for row in intake.rows:
        row.update(place, site_id=gateway.site_id, is_history=is_history(row["occurred_at"], now))
    _follow_merged(session, intake.rows)
    if intake.refused:
        repository.add_refused(session, intake.refused)
        journal_faults.keep_newest(session, RefusedEvent, gateway_id=gateway.id, most=REFUSED_MAX)
    repository.add_events(session, intake.rows)
    journal_faults.note(session, gateway, batch.journal_epoch, intake.faults)
    _log_broken(gateway, intake.faults)
    for body, row in intake.told:
        news.tell(session, body, row)
    if intake.rows:
        session.wake_after_commit("access_events")
    return BatchOutcome(_standing(cursor), tuple((row["seq"], row["reason"]) for row in intake.refused))


def _follow_merged(session: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """What gates tell of an entry that was merged into another is about the member who is left."""
    survivors = members.find_survivors(session, {row["member_id"] for row in rows if row["member_id"]})
    for row in rows if survivors else ():
        row["member_id"] = survivors.get(row["member_id"], row["member_id"])


def _lock_cursor(session: UnitOfWork, gateway: Gateway, epoch: str) -> tuple[JournalCursor, list[str]]:
    """The cursor of this journal, and the epochs of the gateway's other ones, which are locked with it.

    Raises:
        MalformedMessageError: the gateway begins one journal after the other.
    """
    cursors = repository.lock_cursors(session, gateway.id)
    cursor = cursors.pop(epoch, None)
    if cursor is None and len(cursors) >= EPOCHS_MAX:
        raise MalformedMessageError(f"this gateway has begun {EPOCHS_MAX} journals already; enrol it anew")
    if cursor is None:
        cursor = JournalCursor(gateway_id=gateway.id, epoch=epoch, acked_seq=-1, chain=CHAIN_START, hello_nonce=b"")
        session.add(cursor)
        session.flush()
    return cursor, list(cursors)


def _find_known(
    session: UnitOfWork, gateway: Gateway, earlier_epochs: Sequence[str], items: Sequence[_Parsed]
) -> set[EventMark]:
    """Hardly ever asks the database: a gateway has one journal unless its card was damaged or copied."""
    if not earlier_epochs or not items:
        return set()
    first_seq, last_seq = items[0].sealed.seq, items[-1].sealed.seq
    return repository.find_marks(session, gateway.id, earlier_epochs, first_seq=first_seq, last_seq=last_seq)


def _find_foreign(session: UnitOfWork, gateway: Gateway, items: Sequence[_Parsed]) -> set[str]:
    """Hardly ever asks the database: a gateway tells of its own lane, unless it drives several."""
    told_of: set[str] = {getattr(item.event.body, "lane_id", "") for item in items if item.event}
    others = {
        lane_id
        for lane_id in told_of - {"", gateway.lane_id}
        if not find_unstorable(lane_id, characters_max=ID_CHARACTERS_MAX)
    }
    return repository.lanes_of_others(session, gateway, others) if others else set()


def _parse(sealed: SealedEvent) -> _Parsed:
    try:
        return _Parsed(sealed, parse_event(sealed))
    except MalformedMessageError as error:
        return _Parsed(sealed, None, str(error))


def _in_order(items: Sequence[_Parsed], acked_seq: int) -> list[_Parsed]:
    """The items up to the first hole."""
    fresh = []
    for item in items:
        first_seq = first_seq_covered(item.event) if item.event else item.sealed.seq
        if first_seq > acked_seq + 1 or item.sealed.seq > NUMBER_MAX:
            break
        if item.sealed.seq > acked_seq:
            fresh.append(item)
            acked_seq = item.sealed.seq
    return fresh


def _take(intake: _Intake, item: _Parsed, offsets: dict[str, int]) -> None:
    sealed, event = item.sealed, item.event
    reason = item.reason
    is_gap = event is not None and isinstance(event.body, GapRecorded)
    is_chain_intact = is_gap or intake.chain is None or chain_after(intake.chain, sealed.content) == sealed.chain
    if event is not None and getattr(event.body, "lane_id", None) in intake.foreign:
        reason = "it is about a lane that is not this gateway's"
    elif event is not None and (event.boot_id, event.monotonic_ms, event.seq) not in intake.known:
        try:
            row = event_columns(event, offsets.get(event.boot_id))
        except MalformedMessageError as error:
            reason = str(error)
        else:
            row["is_chain_intact"] = is_chain_intact
            intake.rows.append(row)
            intake.told.append((event.body, row))
            if isinstance(event.body, GapRecorded):
                intake.faults.append(Fault("gap", event.body.from_seq, sealed.seq))
    if reason:
        intake.refused.append({"seq": sealed.seq, "reason": reason, "content": sealed.content})
        intake.faults.append(Fault("refused", sealed.seq, sealed.seq, reason))
    if not is_chain_intact:
        intake.faults.append(Fault("broken", sealed.seq, sealed.seq))
    intake.chain = sealed.chain[: len(CHAIN_START)]


def _log_broken(gateway: Gateway, faults: Sequence[Fault]) -> None:
    for fault in faults:
        if fault.kind == "broken":
            _logger.error("the journal of gateway %s is broken before event %d", gateway.id, fault.first_seq)


def _learn_offsets(session: UnitOfWork, gateway: Gateway, events: Sequence[JournalEvent]) -> dict[str, int]:
    """The offset from monotonic time to UTC for each boot that is known or becomes known with these events."""
    offsets: dict[str, int] = {}
    for boot_id in {event.boot_id for event in events if len(event.boot_id) <= 64 and "\x00" not in event.boot_id}:
        offset = repository.find_offset(session, gateway.id, boot_id)
        if offset is None:
            synced = (event for event in events if event.boot_id == boot_id and event.clock == "synced")
            offset = next((event.wall_ms - event.monotonic_ms for event in synced if _is_usable(event)), None)
            if offset is None:
                continue
            session.add(BootClock(gateway_id=gateway.id, boot_id=boot_id, offset_ms=offset))
            _restamp(session, gateway, boot_id, offset)
        offsets[boot_id] = offset
    return offsets


def _is_usable(event: JournalEvent) -> bool:
    try:
        to_utc(event.wall_ms)
    except MalformedMessageError:
        return False
    return 0 <= event.monotonic_ms <= event.wall_ms


def _restamp(session: UnitOfWork, gateway: Gateway, boot_id: str, offset_ms: int) -> None:
    """Give the events that a boot wrote before its clock was synced the time at which they happened."""
    after_id = 0
    while events := repository.list_unsynced(session, gateway.id, boot_id, after_id=after_id, limit=_RESTAMPED_AT_ONCE):
        for event in events:
            with suppress(MalformedMessageError):  # a nonsensical monotonic time: the event keeps what it said itself
                event.occurred_at = to_utc(event.monotonic_ms + offset_ms)
            event.is_history = is_history(event.occurred_at, event.received_at)
        after_id = events[-1].id
