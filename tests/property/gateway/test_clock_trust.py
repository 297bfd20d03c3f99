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
