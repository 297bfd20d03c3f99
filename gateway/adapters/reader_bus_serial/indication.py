"""Feedback and outputs as OSDP commands, and what a reader reports that it can show. Pure."""

from dataclasses import dataclass, field, replace
from typing import Final

from firmware_protocol.osdp import commands
from firmware_protocol.osdp.codes import CapabilityFunction
from firmware_protocol.osdp.replies import Capabilities
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback, LightKind, ReaderAbilities, Signal

_TEXT_SECONDS_MAX: Final = 255
_LIGHTS: Final[dict[int, LightKind]] = {0: "none", 1: "single", 2: "single", 3: "bicolour"}
"""By the compliance level of LED control; higher levels have three colours."""
_TEXT_LINES: Final = {0: 0, 1: 1, 2: 2, 3: 4}
"""By the compliance level of text output."""
_TEXT_COLUMNS: Final = 16


@dataclass(frozen=True, slots=True)
class SerialReader:
    """One reader of a bus; without `scbk` it speaks plain text, which the configuration says in so many words.

    `line_count` and `column_count` are the size of its display; no lines means that it has none.
    """

    key: ReaderKey
    address: int
    scbk: bytes | None = field(default=None, repr=False)
    line_count: int = 2
    column_count: int = 16


def reader_abilities(capabilities: Capabilities, reader: SerialReader) -> ReaderAbilities:
    """What a reader's PDCAP says of light, sound and display; where it says nothing, the configuration holds."""
    light = capabilities.find(CapabilityFunction.READER_LED_CONTROL)
    buzzer = capabilities.find(CapabilityFunction.READER_AUDIBLE_OUTPUT)
    display = capabilities.find(CapabilityFunction.READER_TEXT_OUTPUT)
    has_light = light is None or light.item_count
    line_count, column_count = reader.line_count, reader.column_count
    if display is not None:
        reported = _TEXT_LINES.get(display.compliance, line_count) if display.item_count else 0
        line_count, column_count = min(line_count, reported), min(column_count, _TEXT_COLUMNS)
    return ReaderAbilities(
        light=_LIGHTS.get(light.compliance if light else 4, "tricolour") if has_light else "none",
        has_buzzer=buzzer is None or bool(buzzer.compliance and buzzer.item_count),
        line_count=line_count,
        column_count=column_count,
    )


def feedback_commands(
    feedback: Feedback, reader: SerialReader, abilities: ReaderAbilities | None = None
) -> list[commands.Command]:
    """The light, sound and text of a feedback, as OSDP commands in the order of urgency.

    The reader itself falls back to its idle light and text when the time is over (a temporary pattern, a temporary
    text). Lines are filled up with blanks, because a display keeps what is not written over. What the reader has said
    that it cannot do is left out.
    """
    able = abilities or ReaderAbilities("tricolour", True, reader.line_count, reader.column_count)
    wanted: list[commands.Command] = []
    if able.light != "none":
        wanted.append(_light_command(feedback))
    if feedback.signal is not None and feedback.signal.beeps.count and able.has_buzzer:
        wanted.append(_buzzer_command(feedback.signal))
    return wanted + _text_commands(
        feedback, replace(reader, line_count=able.line_count, column_count=able.column_count)
    )


def output_command(output: int, on_ms: int) -> commands.Command:
    """An output that goes on for so long and then off by the reader's own timer; 0: off."""
    if on_ms == 0:
        return commands.Output(output, commands.OutputControl.OFF)
    return commands.Output(output, commands.OutputControl.ON_TIMED, timer_ms=-(-on_ms // 100) * 100)


def _light_command(feedback: Feedback) -> commands.Command:
    light = feedback.signal.light if feedback.signal is not None else None
    if light is None:
        return commands.Led(is_cancelled=True)
    pattern = commands.LedPattern(commands.LedColor[light.colour.upper()], on_ms=light.on_ms, off_ms=light.off_ms)
    return commands.Led(temporary=pattern, timer_ms=feedback.duration_ms // 100 * 100)


def _buzzer_command(signal: Signal) -> commands.Command:
    beeps = signal.beeps
    return commands.Buzzer(on_ms=beeps.on_ms, off_ms=beeps.off_ms, repeat_count=beeps.count)


def _text_commands(feedback: Feedback, reader: SerialReader) -> list[commands.Command]:
    is_temporary = feedback.signal is not None
    seconds = min(-(-feedback.duration_ms // 1000), _TEXT_SECONDS_MAX) if is_temporary else 0
    lines = [*feedback.lines, *[""] * reader.line_count][: reader.line_count]
    return [
        commands.Text(line.ljust(reader.column_count).encode(), row=row, is_temporary=is_temporary, seconds=seconds)
        for row, line in enumerate(lines, start=1)
    ]
