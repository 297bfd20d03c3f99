"""A snapshot goes on as the gateway shows that it takes it, and begins again where it is when nothing gets on."""

from cloud.gateway_link.snapshot_transfer import STALLED_AFTER_S, SnapshotTransfer
from cloud.gateway_link.state_source import CHUNKS_AT_ONCE, Position, Way
from sync_protocol.messages import Heartbeat, OutboxRange, SnapshotChunk, StagedSnapshot

COUNT = 20
ROOT = b"r" * 16


def way(first: int, count: int, snapshot_id: str = "r9") -> Way:
    chunks = [SnapshotChunk(snapshot_id, 9, index, COUNT, ROOT) for index in range(first, first + count)]
    return Way(9, chunks, staged=StagedSnapshot(snapshot_id, first + count), chunks=COUNT)


def beat(staged: int | None, revision: int = 3, snapshot_id: str = "r9") -> Heartbeat:
    held = None if staged is None else StagedSnapshot(snapshot_id, staged)
    return Heartbeat("boot", 1, revision, ROOT, OutboxRange(0, 0), "synced", 0, staged=held)


def begun() -> SnapshotTransfer:
    return SnapshotTransfer(way(0, CHUNKS_AT_ONCE), Position(3), 100.0)


def test_more_is_sent_when_half_of_what_is_on_its_way_has_come() -> None:
    transfer = begun()
    assert transfer.follow(beat(3), 101.0) is None
    assert transfer.follow(beat(4), 102.0) == Position(3, True, StagedSnapshot("r9", 8), chunks_max=4)
    assert transfer.goes_on(way(8, 4))
    assert transfer.follow(beat(4), 103.0) is None
    assert transfer.follow(beat(3), 103.0) is None
    assert transfer.follow(beat(12), 104.0) == Position(3, True, StagedSnapshot("r9", 12), chunks_max=8)
    assert transfer.goes_on(way(12, 8))
    assert transfer.follow(beat(19), 105.0) is None


def test_a_slow_gateway_is_sent_nothing_twice() -> None:
    transfer = begun()
    for second in range(1, 4):
        assert transfer.follow(beat(second), 100.0 + second * (STALLED_AFTER_S - 1)) is None


def test_what_makes_no_progress_is_sent_again_from_where_the_gateway_is() -> None:
    transfer = begun()
    assert transfer.follow(beat(2), 101.0) is None
    assert transfer.follow(beat(2), 100.0 + STALLED_AFTER_S) is None
    assert transfer.follow(beat(2), 101.0 + STALLED_AFTER_S) == Position(3, False, StagedSnapshot("r9", 2))
    assert transfer.follow(beat(2), 102.0 + STALLED_AFTER_S) is None
    assert not transfer.goes_on(way(2, CHUNKS_AT_ONCE))


def test_a_gateway_that_holds_nothing_of_it_is_sent_it_anew() -> None:
    for lost in (beat(None), beat(5, snapshot_id="r7")):
        transfer = begun()
        assert transfer.follow(lost, 101.0) is None
        again = transfer.follow(lost, 100.0 + STALLED_AFTER_S)
        assert again == Position(3, False, lost.staged)


def test_chunks_of_another_snapshot_are_another_transfer() -> None:
    assert not begun().goes_on(way(8, 4, "r12"))
    assert not begun().goes_on(Way(9))


def test_it_is_over_when_its_revision_or_a_newer_one_is_in_force() -> None:
    transfer = begun()
    assert not transfer.is_over(beat(8))
    assert not transfer.is_over(beat(None))
    assert not transfer.is_over(beat(8, revision=9))  # the state at hand was damaged
    assert transfer.is_over(beat(None, revision=9))
    assert transfer.is_over(beat(None, revision=10))


def test_news_fit_behind_the_last_chunk() -> None:
    assert not begun().is_sent
    transfer = SnapshotTransfer(way(0, COUNT), Position(3), 100.0)
    assert transfer.is_sent
    assert transfer.comes_before(Position(9))
    assert not transfer.comes_before(Position(8))
    assert not transfer.comes_before(Position(9, wants_snapshot=True))
