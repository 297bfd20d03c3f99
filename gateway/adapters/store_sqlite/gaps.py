"""Gap records: how a journal says what it no longer has. Pure.

A gap takes the place, the number and the chain value of the last event that it stands for, so that the next event
still links to it.
"""

from collections import Counter
from collections.abc import Sequence

from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    GapRecorded,
    JournalEvent,
    SealedEvent,
    parse_event,
    seal_gap,
)

UNREADABLE = "unreadable"
EARLIER_EPOCH = "earlier_epoch"


def kind_of(event: JournalEvent) -> str:
    """The name of an event's kind, as on the wire."""
    return str(event.body.__struct_config__.tag)


def fold(events: Sequence[SealedEvent], stamp: JournalEvent) -> SealedEvent:
    """One gap record for consecutive events, the oldest first; earlier gaps among them are merged into it.

    `stamp` gives boot, time and trust of the record (its number and body do not matter).
    """
    dropped: Counter[str] = Counter()
    from_seq = events[0].seq
    for sealed in events:
        try:
            event = parse_event(sealed)
        except MalformedMessageError:
            dropped[UNREADABLE] += 1
            continue
        if isinstance(event.body, GapRecorded):
            from_seq = min(from_seq, event.body.from_seq)
            dropped.update(event.body.dropped)
        else:
            dropped[kind_of(event)] += 1
    return gap(from_seq, events[-1], dict(dropped), stamp)


def gap(from_seq: int, last: SealedEvent, dropped: dict[str, int], stamp: JournalEvent) -> SealedEvent:
    """The record for `from_seq` up to `last.seq`; of `last` only number and chain are kept."""
    record = JournalEvent(
        last.seq, stamp.boot_id, stamp.monotonic_ms, stamp.wall_ms, stamp.clock, GapRecorded(from_seq, dropped)
    )
    return seal_gap(record, last.chain)
