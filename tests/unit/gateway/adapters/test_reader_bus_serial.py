"""Feedback as OSDP commands."""

from firmware_protocol.osdp import commands
from gateway.adapters.reader_bus_serial import SerialReader, feedback_commands
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback

READER = SerialReader(ReaderKey("entry"), 0)


def test_a_grant_is_a_temporary_light_a_beep_and_temporary_lines() -> None:
    led, buzzer, first, second = feedback_commands(Feedback("green", 1, ("Welcome", "Anna"), 5_000), READER)
    assert led == commands.Led(temporary=commands.LedPattern(commands.LedColor.GREEN), timer_ms=5_000)
    assert isinstance(buzzer, commands.Buzzer)
    assert buzzer.repeat_count == 1
    assert first == commands.Text(b"Welcome         ", row=1, is_temporary=True, seconds=5)
    assert second == commands.Text(b"Anna            ", row=2, is_temporary=True, seconds=5)


def test_idle_cancels_the_light_makes_no_sound_and_writes_lasting_lines() -> None:
    led, first, second = feedback_commands(Feedback(None, 0, ("Present card",), 0), READER)
    assert led == commands.Led(is_cancelled=True)
    assert first == commands.Text(b"Present card    ", row=1)
    assert second == commands.Text(b" " * 16, row=2)


def test_a_reader_without_display_gets_no_text() -> None:
    reader = SerialReader(ReaderKey("entry"), 0, line_count=0)
    wanted = feedback_commands(Feedback("red", 3, (), 4_000), reader)
    assert [type(command) for command in wanted] == [commands.Led, commands.Buzzer]


def test_times_are_rounded_to_what_a_reader_can_count() -> None:
    led, _, text, _ = feedback_commands(Feedback("red", 3, ("No",), 1_250), READER)
    assert isinstance(led, commands.Led)
    assert isinstance(text, commands.Text)
    assert (led.timer_ms, text.seconds) == (1_200, 2)


def test_cyrillic_goes_out_as_utf_8() -> None:
    _, _, text, _ = feedback_commands(Feedback("green", 1, ("Анна",), 1_000), READER)
    assert isinstance(text, commands.Text)
    assert text.text.decode() == "Анна" + " " * 12


def test_a_key_is_never_shown() -> None:
    assert "4242" not in repr(SerialReader(ReaderKey("entry"), 0, bytes.fromhex("42" * 16)))
