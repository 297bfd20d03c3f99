"""The machine's clocks keep the promises of the port that the fake clock makes too."""

import time

import pytest

from gateway.adapters.clock_system import SystemClock
from gateway.service.ports import SettableClock
from tests.fake_clock import FakeClock


@pytest.fixture(params=[SystemClock, FakeClock])
def clock(request: pytest.FixtureRequest) -> SettableClock:
    made: SettableClock = request.param()
    return made


def test_the_monotonic_time_never_goes_back(clock: SettableClock) -> None:
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_a_boot_has_one_name(clock: SettableClock) -> None:
    assert clock.boot_id
    assert clock.boot_id == clock.boot_id


def test_the_wall_time_is_in_milliseconds(clock: SettableClock) -> None:
    assert 1_700_000_000_000 < clock.wall_ms() < 4_000_000_000_000


def test_a_confirmed_time_is_synced(clock: SettableClock) -> None:
    clock.note_signed_time(clock.wall_ms())
    assert clock.trust == "synced"


def test_two_clocks_of_one_boot_agree_about_its_name() -> None:
    assert SystemClock().boot_id == SystemClock().boot_id


def test_a_floor_in_the_future_shows_that_the_system_clock_is_wrong() -> None:
    clock = SystemClock()
    before = clock.trust
    ahead_ms = time.time_ns() // 1_000_000 + 3_600_000
    clock.raise_floor(ahead_ms)
    assert (before, clock.trust) == ("floor", "untrusted")
    assert clock.wall_ms() >= ahead_ms


def test_an_old_word_is_told_from_a_new_one_and_an_answer_corrects_the_time() -> None:
    clock = SystemClock()
    year_ms = 365 * 24 * 3_600_000
    true_ms = clock.wall_ms()
    believed = [clock.note_signed_time(true_ms + year_ms), clock.note_signed_time(true_ms)]
    clock.note_answered_time(true_ms, 0.0)
    assert believed == [True, False]
    assert abs(clock.wall_ms() - true_ms) < 10_000
