"""Replies with what somebody presented: card data, keys pressed, and manufacturers' own data."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from firmware_protocol.osdp.codes import ReplyCode, has_value
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require
from firmware_protocol.osdp.message import Reply

_KEY_STAR, _KEY_HASH = 0x7F, 0x0D
_KEY_CHARACTERS = {**{ord(digit): digit for digit in "0123456789"}, _KEY_STAR: "*", _KEY_HASH: "#"}
_KEY_CODES = {character: code for code, character in _KEY_CHARACTERS.items()}


class CardFormat(IntEnum):
    """What the bits of a RAW reply are."""

    UNSPECIFIED = 0
    WIEGAND = 1


@dataclass(frozen=True, slots=True)
class RawCard(Reply):
    """RAW: ``bit_count`` bits of card data, the first bit in the most significant bit of ``data``."""

    CODE = ReplyCode.RAW

    reader: int
    format: CardFormat
    bit_count: int
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require(len(self.data) == (self.bit_count + 7) // 8, f"{self.bit_count} bits are not {len(self.data)} bytes")
        self.encode()

    def encode(self) -> bytes:
        return pack("BBH", self.reader, self.format, self.bit_count) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, card_format, bit_count = fields.u8(), fields.u8(), fields.u16()
        data = fields.rest()
        if not has_value(CardFormat, card_format) or len(data) != (bit_count + 7) // 8:
            raise PayloadError(f"card format {card_format} with {bit_count} bits in {len(data)} bytes")
        return cls(reader, CardFormat(card_format), bit_count, data)


@dataclass(frozen=True, slots=True)
class FormattedCard(Reply):
    """FMT: card data as characters (deprecated in 2.2, still sent by older readers)."""

    CODE = ReplyCode.FMT

    reader: int
    text: bytes = field(repr=False)
    is_read_backwards: bool = False

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BBB", self.reader, self.is_read_backwards, len(self.text)) + self.text

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, direction = fields.u8(), fields.u8()
        text = fields.take(fields.u8())
        fields.end()
        return cls(reader, text, bool(direction))


@dataclass(frozen=True, slots=True)
class Keypad(Reply):
    """KEYPAD: the keys pressed: digits, ``*`` and ``#``."""

    CODE = ReplyCode.KEYPAD

    reader: int
    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        require(all(key in _KEY_CODES for key in self.digits), "keys are 0..9, * and #")
        self.encode()

    def encode(self) -> bytes:
        return pack("BB", self.reader, len(self.digits)) + bytes(_KEY_CODES[key] for key in self.digits)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader = fields.u8()
        keys = fields.take(fields.u8())
        fields.end()
        if any(key not in _KEY_CHARACTERS for key in keys):
            raise PayloadError("a key that is no digit, * or #")
        return cls(reader, "".join(_KEY_CHARACTERS[key] for key in keys))


@dataclass(frozen=True, slots=True)
class ManufacturerReply(Reply):
    """MFGREP: the manufacturer's own answer."""

    CODE = ReplyCode.MFGREP

    vendor_code: int
    data: bytes = b""

    def __post_init__(self) -> None:
        require(0 <= self.vendor_code < 1 << 24, "a vendor code has 24 bits")

    def encode(self) -> bytes:
        return self.vendor_code.to_bytes(3, "little") + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        return cls(fields.u24(), fields.rest())


@dataclass(frozen=True, slots=True)
class ManufacturerStatus(Reply):
    """MFGSTATR: the manufacturer's own status."""

    CODE = ReplyCode.MFGSTATR

    data: bytes

    def encode(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(payload)


@dataclass(frozen=True, slots=True)
class ManufacturerError(Reply):
    """MFGERRR: the manufacturer's own error."""

    CODE = ReplyCode.MFGERRR

    data: bytes

    def encode(self) -> bytes:
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(payload)
