from cloud.kit import attempts
from cloud.kit.attempts import AttemptLimiter


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_window_allows_so_many_attempts_for_each_key() -> None:
    clock = FakeClock()
    limiter = AttemptLimiter(2, 60, clock)
    assert [limiter.attempt("a") for _ in range(3)] == [0, 0, 60]
    assert limiter.attempt("b") == 0
    clock.now += 59.9
    assert limiter.attempt("a") == 1
    clock.now += 0.1
    assert limiter.attempt("a") == 0


def test_attempts_in_vain_do_not_prolong_the_wait() -> None:
    clock = FakeClock()
    limiter = AttemptLimiter(1, 60, clock)
    limiter.attempt("a")
    clock.now += 30
    assert [limiter.attempt("a") for _ in range(5)] == [30] * 5


def test_a_right_attempt_begins_anew() -> None:
    limiter = AttemptLimiter(1, 60, FakeClock())
    limiter.attempt("a")
    limiter.forget("a")
    limiter.forget("unknown")
    assert limiter.attempt("a") == 0


def test_memory_is_bounded() -> None:
    limiter = AttemptLimiter(1, 60, FakeClock())
    for number in range(attempts._KEYS_MAX + 1):
        limiter.attempt(str(number))
    assert limiter.attempt("1") > 0
    assert limiter.attempt("0") == 0, "the longest untouched key is forgotten"
