"""A line that blinks."""

from gateway.service.line_pattern import LinePattern
from tests.gate_fakes import FakeTimers


class Line:
    def __init__(self) -> None:
        self.timers, self.levels = FakeTimers(), list[bool]()
        self.pattern = LinePattern(self.levels.append, self.timers)

    def advance(self, *seconds: float) -> list[bool]:
        """The levels after each of these waits."""
        seen = []
        for wait in seconds:
            self.timers.advance(wait)
            seen.append(self.levels[-1])
        return seen


def test_a_line_is_on_and_off_so_many_times() -> None:
    line = Line()
    line.pattern.play(on_ms=100, off_ms=200, count=2)
    assert line.levels == [False, True]
    assert line.advance(0.1, 0.2, 0.1, 0.2, 10) == [False, True, False, False, False]


def test_a_new_pattern_ends_the_one_before() -> None:
    line = Line()
    line.pattern.play(on_ms=5_000, off_ms=0, count=1)
    line.pattern.play(on_ms=100, off_ms=0, count=1)
    assert line.advance(0.1, 5) == [False, False]


def test_a_stopped_line_stays_off() -> None:
    line = Line()
    line.pattern.play(on_ms=100, off_ms=100, count=5)
    line.pattern.stop()
    assert line.advance(0.1, 0.1, 0.1) == [False] * 3


def test_a_pattern_of_nothing_is_dark() -> None:
    line = Line()
    line.pattern.play(on_ms=100, off_ms=100, count=0)
    assert line.levels == [False]
