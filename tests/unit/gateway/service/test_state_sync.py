from gateway.service.state_mending import ANSWERED_WITHIN_S, ATTEMPTS_MAX
from gateway.service.state_sync import StateSync
from sync_protocol.digest import Digest
from sync_protocol.messages import (
    BucketRepair,
    Delta,
    SnapshotChunk,
    StagedSnapshot,
    StateApplied,
    StateBuckets,
    StateLater,
)
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeLink, FakeStateStore
from tests.in_loop import in_loop

ROOT = b"r" * 16
BUCKETS = StateBuckets(5, Digest().to_bytes())


class Bench:
    def __init__(self) -> None:
        self.link, self.store, self.clock = FakeLink(), FakeStateStore(), FakeClock()
        self.asked = 0
        self.shown = 0
        self.told: list[int] = []
        self.sync = StateSync(
            self.link,
            self.store,
            self.clock,
            ask_again=self._ask_again,
            show_progress=self._show_progress,
            told=self.told.append,
        )

    def _ask_again(self) -> None:
        self.asked += 1

    def _show_progress(self) -> None:
        self.shown += 1


def delta(from_revision: int, to_revision: int) -> Delta:
    return Delta(from_revision, to_revision, ROOT)


def chunk(index: int = 0, count: int = 3, revision: int = 9) -> SnapshotChunk:
    return SnapshotChunk("snap", revision, index, count, ROOT)


@in_loop
async def test_an_applied_delta_is_reported_at_once() -> None:
    bench = Bench()
    await bench.sync.handle_delta(delta(5, 6))
    assert bench.link.sent == [StateApplied("boot-a", 6, ROOT, bench.clock.wall_ms(), "synced")]
    assert (bench.told, bench.asked) == ([6], 0)


@in_loop
async def test_a_delta_from_the_future_makes_us_ask() -> None:
    bench = Bench()
    bench.store.answer = False
    await bench.sync.handle_delta(delta(7, 8))
    assert (bench.asked, bench.sync.wants_snapshot, bench.link.sent) == (1, False, [])


@in_loop
async def test_a_delta_that_we_had_already_is_passed_over() -> None:
    bench = Bench()
    bench.store.answer = False
    await bench.sync.handle_delta(delta(3, 5))
    assert bench.asked == 0


@in_loop
async def test_a_delta_that_fits_and_comes_out_wrong_asks_for_the_buckets_that_differ() -> None:
    bench = Bench()
    bench.store.answer = False
    await bench.sync.handle_delta(delta(5, 6))
    assert (bench.link.sent, bench.asked, bench.sync.wants_snapshot) == ([BUCKETS], 0, False)


@in_loop
async def test_a_complete_snapshot_is_reported_and_ends_the_doubt() -> None:
    bench = Bench()
    bench.sync.wants_snapshot = True
    await bench.sync.handle_chunk(chunk())
    assert not bench.sync.wants_snapshot
    assert bench.told == [9]


@in_loop
async def test_a_chunk_in_its_place_asks_for_nothing() -> None:
    bench = Bench()
    bench.store.answer, bench.store.staged = False, StagedSnapshot("snap", 2)
    await bench.sync.handle_chunk(chunk(index=1))
    await bench.sync.handle_chunk(chunk(index=0))
    assert bench.asked == 0


@in_loop
async def test_the_cloud_is_shown_now_and_then_how_far_a_snapshot_is() -> None:
    bench = Bench()
    bench.store.answer, bench.store.stages = False, True
    shown = []
    for index in (0, 1, 2, 3, 3, 2, 4, 5, 6, 7):
        await bench.sync.handle_chunk(chunk(index, count=20))
        shown.append(bench.shown)
    assert (shown, bench.asked) == ([0, 0, 0, 1, 1, 1, 1, 1, 1, 2], 0)


@in_loop
async def test_a_chunk_behind_missing_ones_makes_us_ask() -> None:
    bench = Bench()
    bench.store.answer, bench.store.staged = False, StagedSnapshot("snap", 1)
    await bench.sync.handle_chunk(chunk(index=2))
    assert bench.asked == 1


@in_loop
async def test_a_chunk_of_an_old_snapshot_is_passed_over() -> None:
    bench = Bench()
    bench.store.answer = False
    await bench.sync.handle_chunk(chunk(revision=4))
    assert bench.asked == 0


@in_loop
async def test_a_head_with_another_digest_asks_once_for_the_buckets_that_differ() -> None:
    bench = Bench()
    await bench.sync.handle_head(5, bench.store.digest_root)
    await bench.sync.handle_head(6, ROOT)
    assert bench.link.sent == []
    await bench.sync.handle_head(5, ROOT)
    await bench.sync.handle_head(5, ROOT)
    assert (bench.link.sent, bench.asked) == ([BUCKETS], 0)


@in_loop
async def test_a_repair_is_reported_and_the_next_difference_is_asked_for_at_once() -> None:
    bench = Bench()
    await bench.sync.handle_head(5, ROOT)
    await bench.sync.handle_repair(BucketRepair(5, 6, 0, 1, ROOT, b"\x07"))
    assert (bench.told, bench.link.sent[1:]) == (
        [6],
        [StateApplied("boot-a", 6, ROOT, bench.clock.wall_ms(), "synced")],
    )
    await bench.sync.handle_head(6, b"x" * 16)
    assert bench.link.sent[2] == StateBuckets(6, BUCKETS.buckets)


@in_loop
async def test_a_repair_that_is_lost_is_asked_for_again_and_in_the_end_the_whole() -> None:
    bench = Bench()
    for _ in range(ATTEMPTS_MAX + 1):
        assert not bench.sync.wants_snapshot
        await bench.sync.handle_head(5, ROOT)
        bench.clock.advance(ANSWERED_WITHIN_S)
    assert (bench.link.sent, bench.asked, bench.sync.wants_snapshot) == ([BUCKETS] * ATTEMPTS_MAX, 1, True)


@in_loop
async def test_rows_that_cannot_be_counted_are_fetched_as_a_whole() -> None:
    bench = Bench()
    bench.store.is_countable = False
    await bench.sync.handle_head(5, ROOT)
    assert (bench.link.sent, bench.asked, bench.sync.wants_snapshot) == ([], 1, True)


@in_loop
async def test_who_was_told_to_wait_asks_for_nothing_until_then_and_then_once() -> None:
    bench = Bench()
    bench.sync.handle_later(StateLater(30))
    bench.sync.wants_snapshot = True
    await bench.sync.handle_head(5, ROOT)
    bench.clock.advance(29)
    await bench.sync.handle_head(6, ROOT)
    assert (bench.link.sent, bench.asked) == ([], 0)
    bench.clock.advance(2)
    await bench.sync.handle_head(6, ROOT)
    await bench.sync.handle_head(6, ROOT)
    assert bench.asked == 1


@in_loop
async def test_a_full_disk_leaves_it_to_the_next_heartbeat() -> None:
    bench = Bench()
    bench.store.is_busy = True
    await bench.sync.handle_delta(delta(5, 6))
    await bench.sync.handle_chunk(chunk())
    assert (bench.asked, bench.link.sent) == (0, [])


@in_loop
async def test_a_report_that_cannot_be_sent_is_no_fault() -> None:
    bench = Bench()
    bench.link.is_connected = False
    await bench.sync.handle_delta(delta(5, 6))
    assert bench.told == [6]


@in_loop
async def test_a_state_that_is_damaged_on_the_disk_is_mended_though_the_digests_agree() -> None:
    bench = Bench()
    bench.store.is_damaged = True
    await bench.sync.handle_head(5, bench.store.digest_root)
    assert bench.link.sent == [BUCKETS]
