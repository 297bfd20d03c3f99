"""Whatever a broker repeats or holds back, the time given out never goes behind the floor."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.clock_trust import ClockTrustState

FLOOR = 1_800_000_000_000
YEAR = 365 * 24 * 3_600_000
words = st.lists(st.tuples(st.integers(FLOOR - YEAR, FLOOR + YEAR), st.integers(0, YEAR // 100)), max_size=20)


@given(words=words, system_ms=st.integers(0, FLOOR + 10 * YEAR))
def test_the_time_never_goes_behind_the_floor(words: list[tuple[int, int]], system_ms: int) -> None:
    state, monotonic_ms = ClockTrustState(FLOOR, 0), 0
    for cloud_ms, later_ms in words:
        monotonic_ms += later_ms
        state = state.hear(cloud_ms, monotonic_ms)
        assert state.read(system_ms, monotonic_ms).wall_ms >= FLOOR


@given(words=words)
def test_the_trust_never_falls_within_a_boot(words: list[tuple[int, int]]) -> None:
    state, monotonic_ms, was_synced = ClockTrustState(FLOOR, 0), 0, False
    for cloud_ms, later_ms in words:
        monotonic_ms += later_ms
        state = state.hear(cloud_ms, monotonic_ms)
        is_synced = state.read(FLOOR, monotonic_ms).trust == "synced"
        assert is_synced or not was_synced
        was_synced = is_synced


way_ms = st.integers(0, 59_000)


@given(there_ms=st.integers(0, 12_000), back_ms=st.integers(0, 12_000), ways=st.lists(way_ms, max_size=30))
def test_delays_put_the_clock_behind_by_half_an_answer_s_way_and_our_own_drift_at_most(
    there_ms: int, back_ms: int, ways: list[int]
) -> None:
    round_trip_ms = there_ms + back_ms
    state = ClockTrustState(FLOOR, 0).answer(FLOOR + there_ms, round_trip_ms, round_trip_ms)
    now_ms = round_trip_ms
    for sent_after_ms, on_its_way_ms in enumerate(ways):
        sent_ms = round_trip_ms + 15_000 * sent_after_ms
        now_ms = max(now_ms, sent_ms + on_its_way_ms)
        state = state.hear(FLOOR + sent_ms, now_ms)
        error_ms = state.read(0, now_ms).wall_ms - (FLOOR + now_ms)
        assert -(round_trip_ms + 1) // 2 - now_ms // 1000 - len(ways) <= error_ms <= round_trip_ms // 2
