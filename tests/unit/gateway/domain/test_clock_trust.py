from gateway.domain.clock_trust import LATE_WORD_MS, ClockTrustState, Reading

FLOOR = 1_800_000_000_000
HOUR = 3_600_000


def state() -> ClockTrustState:
    return ClockTrustState(FLOOR, floor_since_ms=0)


def test_a_clock_behind_the_floor_is_wrong_and_the_floor_runs_on() -> None:
    assert state().read(0, 5_000) == Reading(FLOOR + 5_000, "untrusted")


def test_a_clock_ahead_of_the_floor_is_plausible() -> None:
    assert state().read(FLOOR + HOUR, 0) == Reading(FLOOR + HOUR, "floor")


def test_a_signed_word_corrects_a_wrong_clock() -> None:
    heard = state().hear(FLOOR + HOUR, 1_000)
    assert heard.read(0, 3_000) == Reading(FLOOR + HOUR + 2_000, "synced")


def test_a_system_clock_close_to_the_signed_word_is_kept() -> None:
    heard = state().hear(FLOOR + HOUR, 1_000)
    assert heard.read(FLOOR + HOUR + 1_500, 1_000) == Reading(FLOOR + HOUR + 1_500, "synced")


def test_a_word_older_than_the_floor_is_not_believed() -> None:
    heard = state().hear(FLOOR - LATE_WORD_MS - 1, 1_000)
    assert heard.read(FLOOR + HOUR, 1_000).trust == "floor"


def test_a_word_that_is_slightly_late_never_sets_the_time_behind_the_floor() -> None:
    heard = state().hear(FLOOR - 1_000, 0)
    assert heard.read(0, 0) == Reading(FLOOR, "synced")


def test_a_word_held_back_for_an_hour_is_not_believed() -> None:
    heard = state().hear(FLOOR + HOUR, 0)
    assert heard.hear(FLOOR + HOUR + 1, HOUR) == heard


def test_a_month_of_drift_is_corrected() -> None:
    month = 30 * 24 * HOUR
    heard = state().hear(FLOOR, 0).hear(FLOOR + month - 130_000, month)
    assert heard.read(0, month).wall_ms == FLOOR + month - 130_000


def test_the_floor_only_rises() -> None:
    raised = state().raise_floor(FLOOR + HOUR, 10)
    assert raised.raise_floor(FLOOR, 20) == raised
    assert raised.read(0, 10) == Reading(FLOOR + HOUR, "untrusted")


def test_who_delays_every_word_a_little_more_does_not_slow_the_clock() -> None:
    heard, delay_ms = state().hear(FLOOR, 0), 0
    for minute in range(1, 60):
        delay_ms += LATE_WORD_MS // 2
        heard = heard.hear(FLOOR + minute * 60_000 - delay_ms, minute * 60_000)
    assert heard.read(0, HOUR).wall_ms >= FLOOR + HOUR - HOUR // 1000


def test_a_word_that_comes_late_is_not_old_and_leaves_the_clock_alone() -> None:
    heard = state().hear(FLOOR + HOUR, 0)
    assert not heard.is_old(FLOOR + HOUR, 20_000)
    assert heard.hear(FLOOR + HOUR, 20_000) == heard


def test_an_answer_is_as_old_as_half_its_way_when_nothing_better_is_known() -> None:
    answered = state().answer(FLOOR + HOUR, 4_000, 10_000)
    assert answered.read(0, 10_000) == Reading(FLOOR + HOUR + 2_000, "synced")


def test_an_answer_keeps_what_was_believed_between_its_bounds() -> None:
    heard = state().hear(FLOOR + HOUR, 0)
    assert heard.answer(FLOOR + HOUR + 9_000, 4_000, 10_000).read(0, 10_000).wall_ms == FLOOR + HOUR + 10_000
    assert heard.answer(FLOOR + HOUR + 11_000, 4_000, 10_000).read(0, 10_000).wall_ms == FLOOR + HOUR + 11_000
    assert heard.answer(FLOOR + HOUR + 1_000, 4_000, 10_000).read(0, 10_000).wall_ms == FLOOR + HOUR + 5_000


def test_an_answer_of_the_cloud_corrects_what_its_own_wrong_clock_had_made_believe() -> None:
    year = 365 * 24 * HOUR
    misled = state().hear(FLOOR + year, 0).raise_floor(FLOOR + year, 0)
    assert misled.is_old(FLOOR + HOUR, HOUR)
    assert misled.hear(FLOOR + HOUR, HOUR) == misled
    corrected = misled.answer(FLOOR + HOUR, 0, HOUR)
    assert corrected.read(0, 2 * HOUR) == Reading(FLOOR + 2 * HOUR, "synced")


def test_no_answer_leads_behind_what_has_surely_passed() -> None:
    sure = ClockTrustState(FLOOR, floor_since_ms=0, sure_ms=FLOOR)
    assert sure.answer(FLOOR - 1, 0, 10) == sure
