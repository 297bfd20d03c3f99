"""The live feed yields each new event once and in order, woken by the commit or by its own look a second later."""

from collections.abc import AsyncIterator

import pytest

from cloud.access_events import feed, journal
from cloud.access_events.repository import EventFilter
from cloud.kit.clock import utc_now
from sync_protocol.journal_events import CHAIN_START, JournalEvent, LaneChanged, SealedEvent, seal_event
from sync_protocol.messages import EventBatch
from tests.club import Club, gateway_of
from tests.in_loop import in_loop


def written(count: int) -> list[SealedEvent]:
    events: list[SealedEvent] = []
    now_ms = int(utc_now().timestamp() * 1000)
    for seq in range(count):
        chain = events[-1].chain if events else CHAIN_START
        events.append(seal_event(JournalEvent(seq, "boot", seq, now_ms, "synced", LaneChanged("lan", "ready")), chain))
    return events


def store(club: Club, gateway_id: str, events: list[SealedEvent]) -> None:
    with club.database.transaction() as session:
        journal.record_batch(session, gateway_of(session, gateway_id), EventBatch("epoch", tuple(events)))


async def take(stream: AsyncIterator[object], count: int) -> list[int]:
    seqs: list[int] = []
    while len(seqs) < count:
        events = await anext(stream)
        assert isinstance(events, list)
        seqs += [event.seq for event in events]
    return seqs


@pytest.fixture
def gateway_id(shared_club: Club) -> str:
    return shared_club.add_gateway(shared_club.add_lane())


@in_loop
async def follow_from_now(shared_club: Club, gateway_id: str) -> None:
    events = written(300)
    store(shared_club, gateway_id, events[:2])
    stream = feed.follow(shared_club.database, EventFilter(), None)
    assert await anext(stream) == []
    store(shared_club, gateway_id, events)
    assert await take(stream, 298) == list(range(2, 300))


def test_a_follower_without_a_past_gets_what_comes_from_now_on(shared_club: Club, gateway_id: str) -> None:
    follow_from_now(shared_club, gateway_id)


def test_a_follower_that_comes_back_goes_on_behind_the_last_event_it_saw(shared_club: Club, gateway_id: str) -> None:
    @in_loop
    async def resume() -> None:
        store(shared_club, gateway_id, written(5))
        assert await take(feed.follow(shared_club.database, EventFilter(), 2), 3) == [2, 3, 4]

    resume()


def test_what_another_process_stores_is_seen_without_a_wake_up(
    shared_club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "POLL_S", 0.01)
    monkeypatch.setattr(shared_club.database.wakeups, "wake", lambda _topic: None)

    @in_loop
    async def poll() -> None:
        stream = feed.follow(shared_club.database, EventFilter(), 0)
        assert await anext(stream) == []
        store(shared_club, gateway_id, written(1))
        assert await take(stream, 1) == [0]

    poll()


def test_a_follower_sees_only_what_it_asked_for(shared_club: Club, gateway_id: str) -> None:
    other = shared_club.add_gateway(shared_club.add_lane("Lane 2"))

    @in_loop
    async def filtered() -> None:
        store(shared_club, gateway_id, written(3))
        store(shared_club, other, written(1))
        stream = feed.follow(shared_club.database, EventFilter(gateway_id=other), 0)
        (event,) = await anext(stream)
        assert event.gateway_id == other

    filtered()
