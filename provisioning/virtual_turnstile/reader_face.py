"""What a person sees and hears of a reader: its light, its buzzer and its display, as OSDP commands have set them.

Pure: commands and `now` (monotonic seconds) in, a picture out. Temporary lights and texts end by themselves. The
display is a grid of character cells, like the real ones: a text overwrites the cells it covers and no others.
"""

from dataclasses import dataclass

from firmware_protocol.osdp.commands import Buzzer, BuzzerTone, Led, LedColor, LedPattern, Text

DARK = LedPattern(LedColor.BLACK)


@dataclass(frozen=True, slots=True)
class Light:
    """The pattern that the light shows; `ends_at` (monotonic) is given while it is a temporary one."""

    pattern: LedPattern
    ends_at: float | None


@dataclass(frozen=True, slots=True)
class Sound:
    """The buzzer's last order: `repeat_count` pulses (0: until told otherwise); `ends_at` None is silence or no end."""

    is_sounding: bool
    on_ms: int
    off_ms: int
    repeat_count: int
    ends_at: float | None


SILENCE = Sound(is_sounding=False, on_ms=0, off_ms=0, repeat_count=0, ends_at=None)


class _Screen:
    """A grid of character cells."""

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns
        self._cells = [" "] * (rows * columns)

    @property
    def lines(self) -> tuple[str, ...]:
        starts = range(0, self._rows * self._columns, self._columns)
        return tuple("".join(self._cells[start : start + self._columns]) for start in starts)

    def write(self, text: str, *, row: int, column: int, is_wrapped: bool) -> None:
        """Write from a cell (counted from 1) on; what does not fit the row is cut, or goes on in the next one."""
        start = (row - 1) * self._columns + column - 1
        end = len(self._cells) if is_wrapped else row * self._columns
        for position, character in zip(range(start, end), text, strict=False):
            self._cells[position] = character if character.isprintable() else " "


class ReaderFace:
    """The face of a reader with one light, one buzzer and a display of `rows` x `columns`."""

    def __init__(self, *, rows: int = 2, columns: int = 16, encoding: str = "ascii") -> None:
        self._rows, self._columns, self._encoding = rows, columns, encoding
        self._permanent_light = DARK
        self._temporary_light: tuple[LedPattern, float] | None = None
        self._sound = SILENCE
        self._screen = _Screen(rows, columns)
        self._temporary_screen: tuple[_Screen, float] | None = None

    @property
    def light(self) -> Light:
        if self._temporary_light is not None:
            return Light(*self._temporary_light)
        return Light(self._permanent_light, None)

    @property
    def sound(self) -> Sound:
        return self._sound

    @property
    def lines(self) -> tuple[str, ...]:
        """The display's rows, each filled with spaces to the display's width."""
        return (self._temporary_screen[0] if self._temporary_screen is not None else self._screen).lines

    @property
    def is_text_temporary(self) -> bool:
        return self._temporary_screen is not None

    def apply(self, command: Led | Buzzer | Text, now: float) -> None:
        """Obey a command; one for a second light or a cell beyond the display changes nothing."""
        self.handle_timer(now)
        match command:
            case Led(led=0):
                self._apply_led(command, now)
            case Buzzer():
                self._apply_buzzer(command, now)
            case Text(row=row, column=column) if 1 <= row <= self._rows and 1 <= column <= self._columns:
                self._apply_text(command, now)
            case _:
                pass

    def handle_timer(self, now: float) -> None:
        """End what is over by `now`."""
        if self._temporary_light is not None and self._temporary_light[1] <= now:
            self._temporary_light = None
        if self._temporary_screen is not None and self._temporary_screen[1] <= now:
            self._temporary_screen = None
        if self._sound.ends_at is not None and self._sound.ends_at <= now:
            self._sound = SILENCE

    def next_deadline(self) -> float | None:
        """When something ends by itself, or None."""
        ends = [held[1] for held in (self._temporary_light, self._temporary_screen) if held is not None]
        if self._sound.ends_at is not None:
            ends.append(self._sound.ends_at)
        return min(ends, default=None)

    def _apply_led(self, command: Led, now: float) -> None:
        if command.permanent is not None:
            self._permanent_light = command.permanent
        if command.is_cancelled:
            self._temporary_light = None
        if command.temporary is not None:
            self._temporary_light = (command.temporary, now + command.timer_ms / 1000)

    def _apply_buzzer(self, command: Buzzer, now: float) -> None:
        if command.tone is not BuzzerTone.DEFAULT or command.on_ms == 0:
            self._sound = SILENCE
            return
        duration_ms = command.repeat_count * (command.on_ms + command.off_ms)
        ends_at = now + duration_ms / 1000 if command.repeat_count else None
        self._sound = Sound(
            is_sounding=True,
            on_ms=command.on_ms,
            off_ms=command.off_ms,
            repeat_count=command.repeat_count,
            ends_at=ends_at,
        )

    def _apply_text(self, command: Text, now: float) -> None:
        if command.is_temporary:
            screen = self._temporary_screen[0] if self._temporary_screen else _Screen(self._rows, self._columns)
            self._temporary_screen = (screen, now + command.seconds)
        else:
            # What is to stay is shown at once; the standard knows no command that only ends a temporary text.
            screen, self._temporary_screen = self._screen, None
        text = command.text.decode(self._encoding, errors="replace")
        screen.write(text, row=command.row, column=command.column, is_wrapped=command.is_wrapped)
