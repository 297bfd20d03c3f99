"""Wiegand card data: bits with parity -> one canonical form, and back.

The same bits arrive over OSDP (RAW reply) and over two GPIO lines. Positions count from 0 at the bit
that is sent first, which is the most significant bit of the first byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


class ParityError(ValueError):
    """The bits were misread: a parity bit is wrong."""


@dataclass(frozen=True, slots=True)
class BitField:
    """``size`` bits from position ``start``, most significant bit first."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class ParityBit:
    """The bit at ``position`` makes the count of ones, with those at ``covered``, even or odd."""

    position: int
    covered: tuple[int, ...]
    is_odd: bool


@dataclass(frozen=True, slots=True)
class WiegandFormat:
    """How ``bit_count`` bits are divided; ``facility`` None where the format has no facility code.

    Raises ValueError when a field reaches beyond the bits.
    """

    name: str
    bit_count: int
    card: BitField
    facility: BitField | None = None
    parity: tuple[ParityBit, ...] = ()

    def __post_init__(self) -> None:
        fields = [self.card] if self.facility is None else [self.card, self.facility]
        positions = [field.start + field.size - 1 for field in fields] + [field.start for field in fields]
        for bit in self.parity:
            positions += (bit.position, *bit.covered)
        if not all(0 <= position < self.bit_count for position in positions):
            raise ValueError(f"format {self.name} reaches beyond its {self.bit_count} bits")


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


def _thirds(first: int, last: int) -> tuple[int, ...]:
    """Two of every three positions, as HID's Corporate 1000 formats cover them."""
    return tuple(position for position in _span(first, last) if (position - first) % 3 != 2)


def _halves(bit_count: int, covered: int) -> tuple[ParityBit, ParityBit]:
    """Even parity first over the front bits, odd parity last over the back bits."""
    last = bit_count - 1
    return (
        ParityBit(0, _span(1, covered), is_odd=False),
        ParityBit(last, _span(last - covered, last - 1), is_odd=True),
    )


WIEGAND_26 = WiegandFormat("wiegand26", 26, BitField(9, 16), BitField(1, 8), _halves(26, 12))
WIEGAND_34 = WiegandFormat("wiegand34", 34, BitField(17, 16), BitField(1, 16), _halves(34, 16))
WIEGAND_35 = WiegandFormat(
    "wiegand35",
    35,
    BitField(14, 20),
    BitField(2, 12),
    (
        ParityBit(1, _thirds(2, 33), is_odd=False),
        ParityBit(34, _thirds(1, 32), is_odd=True),
        ParityBit(0, _span(1, 34), is_odd=True),
    ),
)
"""HID Corporate 1000, 35 bits."""
WIEGAND_37 = WiegandFormat("wiegand37", 37, BitField(1, 35), None, _halves(37, 18))
"""HID H10302, without a facility code; its two parities share the middle bit."""
WIEGAND_37_FACILITY = WiegandFormat("wiegand37fc", 37, BitField(17, 19), BitField(1, 16), _halves(37, 18))
"""HID H10304."""
WIEGAND_48 = WiegandFormat(
    "wiegand48",
    48,
    BitField(24, 23),
    BitField(2, 22),
    (
        ParityBit(1, _thirds(3, 46), is_odd=False),
        ParityBit(47, _thirds(2, 45), is_odd=True),
        ParityBit(0, _span(1, 47), is_odd=True),
    ),
)
"""HID Corporate 1000, 48 bits."""
WIEGAND_56 = WiegandFormat("wiegand56", 56, BitField(0, 56))
"""A seven-byte UID, without parity."""

FORMATS: Mapping[str, WiegandFormat] = MappingProxyType(
    {
        card_format.name: card_format
        for card_format in (
            WIEGAND_26,
            WIEGAND_34,
            WIEGAND_35,
            WIEGAND_37,
            WIEGAND_37_FACILITY,
            WIEGAND_48,
            WIEGAND_56,
        )
    }
)
"""The formats known by name, for the configuration."""

DEFAULT_FORMATS = (WIEGAND_26,)


@dataclass(frozen=True, slots=True)
class CardNumber:
    """What a card says; ``facility`` is None in formats without one."""

    facility: int | None
    card: int


def parse_card_bits(data: bytes, bit_count: int, formats: Sequence[WiegandFormat] = DEFAULT_FORMATS) -> str:
    """The canonical form of a card: ``wiegand26:<facility>:<card>``, ``wiegand37:<card>``, or ``raw<bits>:<hex>``.

    The first of ``formats`` with this bit count is used; a count that none of them has is taken raw.
    Raises ParityError when the bits were misread, ValueError when ``data`` is not ``bit_count`` bits.
    """
    card_format = next((each for each in formats if each.bit_count == bit_count), None)
    if card_format is None:
        return f"raw{bit_count}:{_mask(data, bit_count).hex()}"
    number = decode_wiegand(data, card_format)
    if number.facility is None:
        return f"{card_format.name}:{number.card}"
    return f"{card_format.name}:{number.facility}:{number.card}"


def decode_wiegand(data: bytes, card_format: WiegandFormat) -> CardNumber:
    """Facility code and card number; ParityError or ValueError as in ``parse_card_bits``."""
    bits = _bits(data, card_format.bit_count)
    for parity in card_format.parity:
        ones = _bit(bits, card_format, parity.position) + _ones(bits, card_format, parity.covered)
        if ones % 2 != parity.is_odd:
            raise ParityError(f"wrong parity bit {parity.position} of {card_format.name}")
    facility = None if card_format.facility is None else _field(bits, card_format, card_format.facility)
    return CardNumber(facility, _field(bits, card_format, card_format.card))


def encode_wiegand(number: CardNumber, card_format: WiegandFormat) -> bytes:
    """The bits of a card, left-aligned; ValueError when a number does not fit its field."""
    bits = _place(number.card, card_format.card, card_format)
    if card_format.facility is not None:
        bits |= _place(number.facility or 0, card_format.facility, card_format)
    for parity in card_format.parity:
        if _ones(bits, card_format, parity.covered) % 2 != parity.is_odd:
            bits |= 1 << (card_format.bit_count - 1 - parity.position)
    padding = -card_format.bit_count % 8
    return (bits << padding).to_bytes((card_format.bit_count + 7) // 8, "big")


def encode_wiegand26(facility: int, card: int) -> bytes:
    """The 26 bits of a standard card in four bytes, left-aligned; ValueError when a number does not fit."""
    return encode_wiegand(CardNumber(facility, card), WIEGAND_26)


def _bits(data: bytes, bit_count: int) -> int:
    if bit_count < 1 or len(data) != (bit_count + 7) // 8:
        raise ValueError(f"{len(data)} bytes are not {bit_count} bits")
    return int.from_bytes(data, "big") >> (-bit_count % 8)


def _mask(data: bytes, bit_count: int) -> bytes:
    """The same bits with the unused ones of the last byte zeroed: one card, one form."""
    return (_bits(data, bit_count) << (-bit_count % 8)).to_bytes(len(data), "big")


def _bit(bits: int, card_format: WiegandFormat, position: int) -> int:
    return bits >> (card_format.bit_count - 1 - position) & 1


def _ones(bits: int, card_format: WiegandFormat, positions: tuple[int, ...]) -> int:
    return sum(_bit(bits, card_format, position) for position in positions)


def _field(bits: int, card_format: WiegandFormat, field: BitField) -> int:
    return bits >> (card_format.bit_count - field.start - field.size) & ((1 << field.size) - 1)


def _place(value: int, field: BitField, card_format: WiegandFormat) -> int:
    if not 0 <= value < 1 << field.size:
        raise ValueError(f"{value} does not fit {field.size} bits of {card_format.name}")
    return value << (card_format.bit_count - field.start - field.size)
