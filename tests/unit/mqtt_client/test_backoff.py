from mqtt_client.backoff import DELAY_MAX_S, FIRST_DELAY_S, STABLE_AFTER_S, Backoff


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    backoff = Backoff(lambda: 1.0)
    delays = [backoff.next_delay_s() for _ in range(9)]
    assert delays[:4] == [FIRST_DELAY_S, FIRST_DELAY_S * 2, FIRST_DELAY_S * 4, FIRST_DELAY_S * 8]
    assert delays[-1] == DELAY_MAX_S


def test_the_jitter_reaches_down_to_zero() -> None:
    assert Backoff(lambda: 0.0).next_delay_s() == 0.0


def test_a_short_connection_does_not_start_the_backoff_over() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.next_delay_s()
    assert backoff.next_delay_s(STABLE_AFTER_S - 1) == FIRST_DELAY_S * 2


def test_a_stable_connection_starts_the_backoff_over() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(5):
        backoff.next_delay_s()
    assert backoff.next_delay_s(STABLE_AFTER_S) == FIRST_DELAY_S


def test_thousands_of_failures_stay_at_the_cap() -> None:
    backoff = Backoff(lambda: 0.999)
    assert all(backoff.next_delay_s() < DELAY_MAX_S for _ in range(5000))
