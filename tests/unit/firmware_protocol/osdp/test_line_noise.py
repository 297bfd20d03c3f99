import pytest

from firmware_protocol.osdp.line_noise import NOISE_SECONDS_MAX, LineNoise
from firmware_protocol.osdp.timing import idle_gap, inter_character_timeout

BAUD = 9600
GAP, TIMEOUT = idle_gap(BAUD), inter_character_timeout(BAUD)


def noise_after(taken_at: float, last_byte_at: float = float("-inf"), *, is_noisy: bool) -> LineNoise:
    noise = LineNoise()
    noise.begin(taken_at, last_byte_at, BAUD)
    noise.end(is_noisy=is_noisy)
    return noise


def test_after_a_reply_the_line_is_free_two_characters_later() -> None:
    assert noise_after(10.0, is_noisy=False).free_at(10.05, BAUD, is_frame_pending=False) == 10.05 + GAP


def test_after_noise_it_must_be_quiet_for_longer() -> None:
    assert noise_after(10.0, is_noisy=True).free_at(10.05, BAUD, is_frame_pending=False) == 10.05 + TIMEOUT


def test_a_late_frame_that_is_coming_in_may_end() -> None:
    assert noise_after(10.0, is_noisy=False).free_at(10.05, BAUD, is_frame_pending=True) == 10.05 + TIMEOUT


def test_noise_that_never_ends_is_not_waited_out() -> None:
    noise = noise_after(10.0, is_noisy=True)
    assert noise.free_at(99.0, BAUD, is_frame_pending=False) == 10.0 + NOISE_SECONDS_MAX
    noise.begin(12.0, 11.999, BAUD)
    noise.end(is_noisy=True)
    assert noise.free_at(12.2, BAUD, is_frame_pending=False) == 10.0 + NOISE_SECONDS_MAX, "once for all of it"


def test_whoever_was_asked_on_a_quiet_line_held_it() -> None:
    noise = noise_after(10.0, is_noisy=True)
    assert noise.seconds_held(10.5) == pytest.approx(0.5)
    noise.begin(10.5, 10.499, BAUD)
    noise.end(is_noisy=True)
    assert noise.seconds_held(10.6) == 0.0, "the noise was there before"


def test_a_line_that_fell_quiet_begins_anew() -> None:
    noise = noise_after(10.0, is_noisy=True)
    noise.begin(11.0, 10.5, BAUD)
    noise.end(is_noisy=True)
    assert noise.seconds_held(11.3) == pytest.approx(0.3)
    noise.begin(12.0, 11.3, BAUD)
    noise.end(is_noisy=False)
    assert noise.seconds_held(12.1) == 0.0


def test_noise_that_was_there_before_the_command_is_not_its_answer() -> None:
    noise = noise_after(10.0, is_noisy=False)
    noise.begin(12.0, 11.999, BAUD)
    noise.end(is_noisy=True)
    assert noise.seconds_held(12.3) == 0.0
