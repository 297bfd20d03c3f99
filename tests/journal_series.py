"""Sealed events for tests, linked to each other as a gateway's journal links them."""

from sync_protocol.journal_events import (
    CHAIN_START,
    AccessTaken,
    EventBody,
    GatewayStarted,
    JournalEvent,
    SealedEvent,
    first_seq_covered,
    parse_event,
    seal_event,
)
from sync_protocol.journal_events import GapRecorded as Gap
from sync_protocol.journal_events import chain_after as link


def event_of(seq: int, body: EventBody | None = None) -> JournalEvent:
    return JournalEvent(seq, "boot-a", seq * 10, 1_800_000_000_000 + seq, "synced", body or GatewayStarted("1.0", seq))


def taken(contract_id: str = "ctr_a") -> AccessTaken:
    return AccessTaken("tap", "lan_a", "in", "mem_a", contract_id, spends_visit=True)


def series(count: int, first_seq: int = 0) -> list[SealedEvent]:
    sealed: list[SealedEvent] = []
    chain = CHAIN_START
    for seq in range(first_seq, first_seq + count):
        sealed.append(seal_event(event_of(seq), chain))
        chain = sealed[-1].chain
    return sealed


def assert_complete(events: list[SealedEvent], first_seq: int = 0, chain: bytes = CHAIN_START) -> int:
    """Every number is accounted for and every event links to the one before; returns the next number."""
    expected = first_seq
    for sealed in events:
        event = parse_event(sealed)
        assert first_seq_covered(event) <= expected <= event.seq
        if isinstance(event.body, Gap):
            chain = sealed.chain
        else:
            chain = link(chain, sealed.content)
            assert chain == sealed.chain, f"event {event.seq} does not link"
        expected = event.seq + 1
    return expected
