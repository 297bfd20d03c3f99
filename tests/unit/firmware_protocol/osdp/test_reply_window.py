import pytest

from firmware_protocol.osdp.reply_window import SHORTEST_REPLY, ReplyWindow
from firmware_protocol.osdp.timing import REPLY_DELAY_MAX, inter_character_timeout, transmission_time

BAUD = 9600
SHORTEST = transmission_time(SHORTEST_REPLY, BAUD)
CHARACTER = transmission_time(1, BAUD)
END = REPLY_DELAY_MAX + SHORTEST


def window(delay: float = 0.006, *, is_probe: bool = False) -> ReplyWindow:
    return ReplyWindow(0.0, delay, baud=BAUD, is_probe=is_probe)


def test_silence_ends_it_when_the_shortest_reply_should_have_been_there() -> None:
    assert window().deadline == pytest.approx(0.006 + SHORTEST)


def test_stray_bytes_win_no_time() -> None:
    waiting = window()
    waiting.handle_bytes(0.010, pending=0, strays=2)
    assert waiting.deadline == pytest.approx(0.006 + SHORTEST)


def test_a_reply_that_has_begun_is_waited_for_as_long_as_its_characters_follow_each_other() -> None:
    waiting = window()
    waiting.handle_bytes(0.010, pending=3, strays=0)
    assert waiting.deadline == pytest.approx(0.010 + inter_character_timeout(BAUD))


def test_a_reply_that_drips_ends_a_reply_time_out_and_its_own_characters_after_the_command() -> None:
    waiting, dripped = window(), 0
    now = 0.0
    while now < waiting.deadline:
        dripped += 1
        waiting.handle_bytes(now, pending=dripped, strays=0)
        now += 0.015
    assert waiting.deadline == pytest.approx(END + dripped * CHARACTER)


def test_the_longest_frame_at_full_speed_is_waited_for() -> None:
    waiting = window(REPLY_DELAY_MAX)
    for count in range(1, 1441):
        now = REPLY_DELAY_MAX + count * CHARACTER
        assert now < waiting.deadline
        waiting.handle_bytes(now, pending=count, strays=0)


def test_the_answer_to_a_probe_has_one_reply_time_out_for_all_of_its_bytes() -> None:
    waiting = window(is_probe=True)
    waiting.handle_bytes(0.190, pending=180, strays=0)
    assert waiting.deadline == pytest.approx(END)


def test_after_a_garbled_frame_the_line_need_only_fall_silent() -> None:
    waiting = window(REPLY_DELAY_MAX)
    waiting.handle_bytes(0.010, pending=0, strays=9)
    assert waiting.deadline == pytest.approx(0.010 + inter_character_timeout(BAUD))
    waiting.handle_bytes(0.209, pending=0, strays=9)
    assert waiting.deadline == pytest.approx(END)
