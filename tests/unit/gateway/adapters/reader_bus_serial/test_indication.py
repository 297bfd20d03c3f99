"""Feedback as OSDP commands."""

import pytest

from firmware_protocol.osdp import commands
from firmware_protocol.osdp.codes import CapabilityFunction
from firmware_protocol.osdp.replies import Capabilities, Capability
from gateway.adapters.reader_bus_serial.indication import SerialReader, feedback_commands, reader_abilities
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Beeps, Feedback, Light, ReaderAbilities, Signal

READER = SerialReader(ReaderKey("entry"), 0)
GREEN, RED = Signal(Light("green"), Beeps(1)), Signal(Light("red"), Beeps(3))
LED, SOUND, TEXT = (
    CapabilityFunction.READER_LED_CONTROL,
    CapabilityFunction.READER_AUDIBLE_OUTPUT,
    CapabilityFunction.READER_TEXT_OUTPUT,
)


def test_a_grant_is_a_temporary_light_a_beep_and_temporary_lines() -> None:
    led, buzzer, first, second = feedback_commands(Feedback(GREEN, ("Welcome", "Anna"), 5_000), READER)
    assert led == commands.Led(temporary=commands.LedPattern(commands.LedColor.GREEN), timer_ms=5_000)
    assert isinstance(buzzer, commands.Buzzer)
    assert buzzer.repeat_count == 1
    assert first == commands.Text(b"Welcome         ", row=1, is_temporary=True, seconds=5)
    assert second == commands.Text(b"Anna            ", row=2, is_temporary=True, seconds=5)


def test_idle_cancels_the_light_makes_no_sound_and_writes_lasting_lines() -> None:
    led, first, second = feedback_commands(Feedback(None, ("Present card",), 0), READER)
    assert led == commands.Led(is_cancelled=True)
    assert first == commands.Text(b"Present card    ", row=1)
    assert second == commands.Text(b" " * 16, row=2)


def test_a_reader_without_display_gets_no_text() -> None:
    reader = SerialReader(ReaderKey("entry"), 0, line_count=0)
    wanted = feedback_commands(Feedback(RED, (), 4_000), reader)
    assert [type(command) for command in wanted] == [commands.Led, commands.Buzzer]


def test_times_are_rounded_to_what_a_reader_can_count() -> None:
    led, _, text, _ = feedback_commands(Feedback(RED, ("No",), 1_250), READER)
    assert isinstance(led, commands.Led)
    assert isinstance(text, commands.Text)
    assert (led.timer_ms, text.seconds) == (1_200, 2)


def test_cyrillic_goes_out_as_utf_8() -> None:
    _, _, text, _ = feedback_commands(Feedback(GREEN, ("Анна",), 1_000), READER)
    assert isinstance(text, commands.Text)
    assert text.text.decode() == "Анна" + " " * 12


def test_a_key_is_never_shown() -> None:
    assert "4242" not in repr(SerialReader(ReaderKey("entry"), 0, bytes.fromhex("42" * 16)))


def test_a_signal_may_blink_and_beep_slowly() -> None:
    signal = Signal(Light("blue", 300, 200), Beeps(2, 400, 600))
    led, buzzer, *_ = feedback_commands(Feedback(signal, (), 5_000), READER)
    assert led == commands.Led(
        temporary=commands.LedPattern(commands.LedColor.BLUE, on_ms=300, off_ms=200), timer_ms=5_000
    )
    assert buzzer == commands.Buzzer(on_ms=400, off_ms=600, repeat_count=2)


def test_a_silent_signal_makes_no_sound() -> None:
    wanted = feedback_commands(Feedback(Signal(Light("green"), Beeps(0)), (), 5_000), READER)
    assert not [command for command in wanted if isinstance(command, commands.Buzzer)]


def test_what_a_reader_cannot_do_is_not_sent() -> None:
    assert feedback_commands(Feedback(GREEN, ("Welcome",), 5_000), READER, ReaderAbilities()) == []


@pytest.mark.parametrize(
    ("entries", "abilities"),
    [
        ((), ReaderAbilities("tricolour", True, 2, 16)),
        (
            (Capability(LED, 0, 0), Capability(SOUND, 0, 0), Capability(TEXT, 0, 0)),
            ReaderAbilities("none", False, 0, 16),
        ),
        (
            (Capability(LED, 2, 1), Capability(SOUND, 2, 1), Capability(TEXT, 1, 1)),
            ReaderAbilities("single", True, 1, 16),
        ),
        ((Capability(LED, 3, 1), Capability(TEXT, 3, 1)), ReaderAbilities("bicolour", True, 2, 16)),
        ((Capability(LED, 4, 1), Capability(TEXT, 9, 1)), ReaderAbilities("tricolour", True, 2, 16)),
    ],
)
def test_a_reader_can_show_what_it_reports_and_else_what_is_configured(
    entries: tuple[Capability, ...], abilities: ReaderAbilities
) -> None:
    assert reader_abilities(Capabilities(entries), READER) == abilities
