"""Commands that a person notices: light, sound, text, outputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from firmware_protocol.osdp.codes import CommandCode, ReplyCode, has_value
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require, tenths, unpack
from firmware_protocol.osdp.message import Command

LED_RECORD_SIZE = 14
OUTPUT_RECORD_SIZE = 4


class LedColor(IntEnum):
    """The colours of the standard."""

    BLACK = 0
    RED = 1
    GREEN = 2
    AMBER = 3
    BLUE = 4
    MAGENTA = 5
    CYAN = 6
    WHITE = 7


@dataclass(frozen=True, slots=True)
class LedPattern:
    """On for ``on_ms`` in one colour, off for ``off_ms`` in the other, again and again.

    Times are multiples of 100 up to 25500; ``off_ms`` 0 with ``on_ms`` above 0 is steady.
    """

    on_color: LedColor
    off_color: LedColor = LedColor.BLACK
    on_ms: int = 100
    off_ms: int = 0

    def encode(self) -> bytes:
        on, off = tenths("on_ms", self.on_ms), tenths("off_ms", self.off_ms)
        return pack("BBBB", on, off, self.on_color, self.off_color)

    @classmethod
    def parse(cls, fields: FieldReader) -> Self:
        on_ms, off_ms = fields.u8() * 100, fields.u8() * 100
        return cls(on_color=_color(fields.u8()), off_color=_color(fields.u8()), on_ms=on_ms, off_ms=off_ms)


def _color(value: int) -> LedColor:
    if not has_value(LedColor, value):
        raise PayloadError(f"unknown colour {value}")
    return LedColor(value)


class _TemporaryControl(IntEnum):
    KEEP = 0
    CANCEL = 1
    SET = 2


@dataclass(frozen=True, slots=True)
class Led(Command):
    """Set one LED of one reader.

    ``temporary`` shows for ``timer_ms`` (a multiple of 100 up to 6553500), then ``permanent`` shows
    again; ``is_cancelled`` ends a temporary pattern now. None leaves a pattern as it is.
    """

    CODE = CommandCode.LED

    reader: int = 0
    led: int = 0
    temporary: LedPattern | None = None
    timer_ms: int = 0
    permanent: LedPattern | None = None
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        require(not (self.temporary and self.is_cancelled), "set a temporary pattern, or cancel it")
        self.encode()

    def encode(self) -> bytes:
        control = _TemporaryControl.CANCEL if self.is_cancelled else _TemporaryControl.KEEP
        temporary = bytes(4)
        if self.temporary is not None:
            control, temporary = _TemporaryControl.SET, self.temporary.encode()
        timer = pack("H", tenths("timer_ms", self.timer_ms))
        permanent = bytes(5) if self.permanent is None else b"\x01" + self.permanent.encode()
        return pack("BBB", self.reader, self.led, control) + temporary + timer + permanent

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, led, control = fields.u8(), fields.u8(), fields.u8()
        temporary = FieldReader(fields.take(4))
        timer_ms = fields.u16() * 100
        permanent_control, permanent = fields.u8(), FieldReader(fields.take(4))
        fields.end()
        if not has_value(_TemporaryControl, control) or permanent_control not in {0, 1}:
            raise PayloadError(f"unknown LED control {control}, {permanent_control}")
        return cls(
            reader=reader,
            led=led,
            temporary=LedPattern.parse(temporary) if control == _TemporaryControl.SET else None,
            timer_ms=timer_ms,
            permanent=LedPattern.parse(permanent) if permanent_control else None,
            is_cancelled=control == _TemporaryControl.CANCEL,
        )


class BuzzerTone(IntEnum):
    """What the buzzer plays."""

    NONE = 0
    OFF = 1
    DEFAULT = 2


@dataclass(frozen=True, slots=True)
class Buzzer(Command):
    """Sound the buzzer ``repeat_count`` times (0: until told otherwise); times are multiples of 100 ms."""

    CODE = CommandCode.BUZ

    reader: int = 0
    tone: BuzzerTone = BuzzerTone.DEFAULT
    on_ms: int = 200
    off_ms: int = 200
    repeat_count: int = 1

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        on, off = tenths("on_ms", self.on_ms), tenths("off_ms", self.off_ms)
        return pack("BBBBB", self.reader, self.tone, on, off, self.repeat_count)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        reader, tone, on_tenths, off_tenths, repeat_count = unpack("BBBBB", payload)
        if not has_value(BuzzerTone, tone):
            raise PayloadError(f"unknown tone {tone}")
        return cls(reader, BuzzerTone(tone), on_tenths * 100, off_tenths * 100, repeat_count)


_PERMANENT, _PERMANENT_WRAP, _TEMPORARY, _TEMPORARY_WRAP = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Text(Command):
    """Show ``text`` from ``row`` and ``column``, both counted from 1.

    ``text`` is bytes, 255 at most: whether a reader takes ASCII, a code page or UTF-8 is its maker's
    choice and the caller's to know. ``seconds`` (0..255) is how long a temporary text stays.
    """

    CODE = CommandCode.TEXT

    text: bytes
    reader: int = 0
    row: int = 1
    column: int = 1
    is_temporary: bool = False
    seconds: int = 0
    is_wrapped: bool = False

    def __post_init__(self) -> None:
        require(len(self.text) <= 255, "a text has 255 bytes at most")
        self.encode()

    def encode(self) -> bytes:
        control = (_TEMPORARY if self.is_temporary else _PERMANENT) + self.is_wrapped
        header = pack("BBBBBB", self.reader, control, self.seconds, self.row, self.column, len(self.text))
        return header + self.text

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, control, seconds, row, column = (fields.u8() for _ in range(5))
        text = fields.take(fields.u8())
        fields.end()
        if not _PERMANENT <= control <= _TEMPORARY_WRAP:
            raise PayloadError(f"unknown text control {control}")
        return cls(
            text=text,
            reader=reader,
            row=row,
            column=column,
            is_temporary=control >= _TEMPORARY,
            seconds=seconds,
            is_wrapped=control in {_PERMANENT_WRAP, _TEMPORARY_WRAP},
        )


class OutputControl(IntEnum):
    """What to do with an output; the timed ones fall back when ``timer_ms`` is over."""

    KEEP = 0
    OFF = 1
    ON = 2
    OFF_LET_TIMER = 3
    ON_LET_TIMER = 4
    ON_TIMED = 5
    OFF_TIMED = 6


@dataclass(frozen=True, slots=True)
class Output(Command):
    """Switch one output; ``timer_ms`` is a multiple of 100 up to 6553500."""

    CODE = CommandCode.OUT
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.OSTATR})

    output: int
    control: OutputControl
    timer_ms: int = 0

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BBH", self.output, self.control, tenths("timer_ms", self.timer_ms))

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        output, control, timer_tenths = unpack("BBH", payload)
        if not has_value(OutputControl, control):
            raise PayloadError(f"unknown output control {control}")
        return cls(output, OutputControl(control), timer_tenths * 100)


def split_records(payload: bytes, size: int) -> Iterator[bytes]:
    """The records of a command that may carry several of them; PayloadError unless at least one, all whole."""
    if not payload or len(payload) % size:
        raise PayloadError(f"{len(payload)} bytes are not whole records of {size}")
    return (payload[start : start + size] for start in range(0, len(payload), size))
