"""From what a reader read to the one canonical form of a credential, which is then hashed.

One card is one credential at every reader of a site, so each reader is told how its cards arrive: in which Wiegand
formats, or as a card's serial number in this or that order of bytes.
"""

from dataclasses import dataclass

from firmware_protocol.canonical_uid import UID_SIZES, UidForm, canonical_uid
from firmware_protocol.wiegand import DEFAULT_FORMATS, WiegandFormat, parse_card_bits
from gateway.service.ports import CardPresented, CodePresented


@dataclass(frozen=True, slots=True)
class CardReading:
    """How one reader's bits are to be read: the first of `formats` with their count; else as a UID, when `uid` says
    how it is sent; else raw.
    """

    formats: tuple[WiegandFormat, ...] = DEFAULT_FORMATS
    uid: UidForm | None = None


def canonical_credential(presented: CardPresented | CodePresented, reading: CardReading) -> str:
    """`wiegand26:<facility>:<card>`, `uid:<hex>`, `raw<bits>:<hex>` or `code:<text>`.

    Raises:
        ParityError: the bits were misread.
        ValueError: it is nothing that could identify anybody (a phone's random UID, a code that is no text).
    """
    if isinstance(presented, CodePresented):
        return f"code:{_parse_code(presented.code)}"
    if reading.uid is not None and _is_uid(presented.bit_count, reading):
        return canonical_uid(presented.data, reading.uid)
    return parse_card_bits(presented.data, presented.bit_count, reading.formats)


def _is_uid(bit_count: int, reading: CardReading) -> bool:
    if any(card_format.bit_count == bit_count for card_format in reading.formats):
        return False
    size, odd_bits = divmod(bit_count, 8)
    assert reading.uid is not None, "asked only where UIDs are read"
    return not odd_bits and (size in UID_SIZES or size == reading.uid.keep_bytes)


def _parse_code(code: bytes) -> str:
    """The characters of a code, without the blanks around it; UnicodeDecodeError is a ValueError, too."""
    text = code.decode().strip()
    if not text or not text.isprintable():
        raise ValueError("a code without readable characters")
    return text
