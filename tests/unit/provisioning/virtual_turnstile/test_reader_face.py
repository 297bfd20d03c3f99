from firmware_protocol.osdp.commands import Buzzer, BuzzerTone, Led, LedColor, LedPattern, Text
from provisioning.virtual_turnstile.reader_face import DARK, SILENCE, ReaderFace

GREEN = LedPattern(LedColor.GREEN)
RED_BLINKING = LedPattern(LedColor.RED, on_ms=200, off_ms=300)


def is_text_temporary(face: ReaderFace) -> bool:
    return face.is_text_temporary


def test_a_reader_without_commands_is_dark_silent_and_blank() -> None:
    face = ReaderFace()
    assert face.light.pattern == DARK
    assert face.sound == SILENCE
    assert face.lines == (" " * 16, " " * 16)
    assert face.next_deadline() is None


def test_a_permanent_light_stays() -> None:
    face = ReaderFace()
    face.apply(Led(permanent=GREEN), now=1.0)
    face.handle_timer(1000.0)
    assert face.light.pattern == GREEN
    assert face.light.ends_at is None


def test_a_temporary_light_gives_way_to_the_permanent_one() -> None:
    face = ReaderFace()
    face.apply(Led(permanent=GREEN), now=1.0)
    face.apply(Led(temporary=RED_BLINKING, timer_ms=2000), now=2.0)
    assert face.light.pattern == RED_BLINKING
    assert face.light.ends_at == face.next_deadline() == 4.0
    face.handle_timer(3.9)
    assert face.light.pattern == RED_BLINKING
    face.handle_timer(4.0)
    assert face.light.pattern == GREEN


def test_a_permanent_light_set_meanwhile_waits_for_the_temporary_one() -> None:
    face = ReaderFace()
    face.apply(Led(temporary=RED_BLINKING, timer_ms=2000), now=0.0)
    face.apply(Led(permanent=GREEN), now=1.0)
    assert face.light.pattern == RED_BLINKING
    face.handle_timer(2.0)
    assert face.light.pattern == GREEN


def test_a_temporary_light_can_be_cancelled() -> None:
    face = ReaderFace()
    face.apply(Led(temporary=RED_BLINKING, timer_ms=2000), now=0.0)
    face.apply(Led(is_cancelled=True), now=1.0)
    assert face.light.pattern == DARK


def test_a_second_light_is_not_ours() -> None:
    face = ReaderFace()
    face.apply(Led(led=1, permanent=GREEN), now=0.0)
    assert face.light.pattern == DARK


def test_the_buzzer_sounds_its_pulses_and_falls_silent() -> None:
    face = ReaderFace()
    face.apply(Buzzer(on_ms=100, off_ms=200, repeat_count=3), now=1.0)
    assert face.sound.is_sounding
    assert face.sound.repeat_count == 3
    assert face.next_deadline() == 1.0 + 0.9
    face.handle_timer(1.9)
    assert face.sound == SILENCE


def test_a_buzzer_without_a_count_sounds_until_told_otherwise() -> None:
    face = ReaderFace()
    face.apply(Buzzer(repeat_count=0), now=0.0)
    face.handle_timer(1000.0)
    assert face.sound.is_sounding
    face.apply(Buzzer(tone=BuzzerTone.OFF), now=1001.0)
    assert face.sound == SILENCE


def test_a_text_overwrites_the_cells_that_it_covers_and_no_others() -> None:
    face = ReaderFace()
    face.apply(Text(b"0123456789ABCDEF", row=1), now=0.0)
    face.apply(Text(b"Hello", row=1, column=3), now=0.0)
    face.apply(Text(b"Second", row=2), now=0.0)
    assert face.lines == ("01Hello789ABCDEF", "Second          ")


def test_a_text_is_cut_at_the_end_of_its_row() -> None:
    face = ReaderFace()
    face.apply(Text(b"x" * 20, row=1, column=10), now=0.0)
    assert face.lines == (" " * 9 + "x" * 7, " " * 16)


def test_a_wrapped_text_goes_on_in_the_next_row_and_ends_with_the_display() -> None:
    face = ReaderFace()
    face.apply(Text(b"y" * 255, row=1, column=16, is_wrapped=True), now=0.0)
    assert face.lines == (" " * 15 + "y", "y" * 16)


def test_a_temporary_text_covers_the_display_and_then_leaves_it_as_it_was() -> None:
    face = ReaderFace()
    face.apply(Text(b"Welcome"), now=0.0)
    face.apply(Text(b"Membership", row=1, is_temporary=True, seconds=3), now=1.0)
    face.apply(Text(b"is over", row=2, is_temporary=True, seconds=3), now=1.5)
    assert is_text_temporary(face)
    assert face.lines == ("Membership      ", "is over         ")
    face.handle_timer(4.5)
    assert not is_text_temporary(face)
    assert face.lines == ("Welcome         ", " " * 16)


def test_a_text_outside_of_the_display_shows_nothing() -> None:
    face = ReaderFace()
    face.apply(Text(b"far away", row=3), now=0.0)
    face.apply(Text(b"nowhere", row=0, column=0), now=0.0)
    assert face.lines == (" " * 16, " " * 16)


def test_the_texts_encoding_is_the_readers_own() -> None:
    face = ReaderFace(encoding="utf-8")
    face.apply(Text("Привет".encode()), now=0.0)
    assert face.lines[0].rstrip() == "Привет"


def test_bytes_that_are_no_text_show_as_replacement_and_control_characters_as_blanks() -> None:
    face = ReaderFace()
    face.apply(Text(b"a\xffb\nc"), now=0.0)
    assert face.lines[0].rstrip() == "a�b c"


def test_a_text_that_stays_is_shown_at_once_even_over_a_temporary_one() -> None:
    face = ReaderFace()
    face.apply(Text(b"Welcome", is_temporary=True, seconds=5), now=0.0)
    face.apply(Text(b"Present card"), now=1.0)
    assert face.lines[0] == "Present card    "
    assert not is_text_temporary(face)
    assert face.next_deadline() is None
