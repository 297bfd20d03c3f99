"""From what staff read off a card to the canonical form that the gateway computes from the reader's bits. Pure.

`wiegand26:<facility>:<card>` in decimal for the 26-bit standard format; `<format>:<card>` or
`<format>:<facility>:<card>` for the other formats that a gateway's configuration names; `raw<bits>:<hex>` for any
other length, the bits left-aligned, most significant first, unused bits of the last byte zero; `uid:<hex>` for the
serial number of a contactless card (`uid3:<hex>` where a site compares three bytes); `code:<text>` for what a scanner
reads.
"""

import re
from typing import Final, Literal

CredentialKind = Literal["wiegand26", "wiegand", "raw", "uid", "code"]
CredentialStatus = Literal["active", "suspended", "lost", "revoked"]

FACILITY_CODE_MAX: Final = 255
CARD_NUMBER_MAX: Final = 65535
RAW_BITS_MIN: Final = 4
RAW_BITS_MAX: Final = 256
FORMATTED_NUMBER_MAX: Final = 2**64 - 1
CODE_CHARACTERS_MAX: Final = 80
_WIEGAND26_BITS: Final = 26
_UID_BYTES: Final = (4, 7, 10)
_UID_BYTES_MAX: Final = 10
# As the gateway's configuration asks of a format's name; the other forms' prefixes are not free.
_FORMAT_NAME: Final = re.compile(r"(?!(?:raw\d*|uid\d*|code)$)[a-z][a-z0-9_]{1,30}")


class CardFormatError(ValueError):
    """The numbers do not make a card of this format; the message says which one and why."""


def canonical_wiegand26(facility_code: int, card_number: int) -> str:
    """The canonical form of a 26-bit card: facility code 0-255, card number 0-65535.

    Raises:
        CardFormatError: out of range.
    """
    if not 0 <= facility_code <= FACILITY_CODE_MAX:
        raise CardFormatError(f"the facility code of a 26-bit card is 0 to {FACILITY_CODE_MAX}")
    if not 0 <= card_number <= CARD_NUMBER_MAX:
        raise CardFormatError(f"the number of a 26-bit card is 0 to {CARD_NUMBER_MAX}")
    return f"wiegand26:{facility_code}:{card_number}"


def canonical_raw(bit_count: int, data_hex: str) -> str:
    """The canonical form of a card of any other length, from its bits as hex digits.

    Raises:
        CardFormatError: the hex digits are not `bit_count` bits, or it is a 26-bit card, which has its own form.
    """
    if not RAW_BITS_MIN <= bit_count <= RAW_BITS_MAX or bit_count == _WIEGAND26_BITS:
        raise CardFormatError(f"a raw card has {RAW_BITS_MIN} to {RAW_BITS_MAX} bits, and not 26")
    try:
        data = bytes.fromhex(data_hex)
    except ValueError as error:
        raise CardFormatError("the bits of the card must be hex digits") from error
    unused_bits = -bit_count % 8
    if len(data) != (bit_count + unused_bits) // 8 or data[-1] & ((1 << unused_bits) - 1):
        raise CardFormatError(f"these hex digits are not {bit_count} bits, left-aligned")
    return f"raw{bit_count}:{data.hex()}"


def canonical_wiegand(format_name: str, facility_code: int | None, card_number: int) -> str:
    """The canonical form of a card in a format that the gateways know by this name.

    Raises:
        CardFormatError: no name of a format, or a number that no card holds.
    """
    if format_name == f"wiegand{_WIEGAND26_BITS}":
        if facility_code is None:
            raise CardFormatError("a 26-bit card has a facility code")
        return canonical_wiegand26(facility_code, card_number)
    if not _FORMAT_NAME.fullmatch(format_name):
        raise CardFormatError("the name of a card format is small letters and digits, like wiegand34")
    numbers = [card_number] if facility_code is None else [facility_code, card_number]
    if not all(0 <= number <= FORMATTED_NUMBER_MAX for number in numbers):
        raise CardFormatError("the numbers of a card have at most 64 bits")
    return ":".join([format_name, *map(str, numbers)])


def canonical_uid(data_hex: str) -> str:
    """The canonical form of a serial number: 4, 7 or 10 bytes as the card sends them, or as many as a site compares.

    Raises:
        CardFormatError: not so many bytes as hex digits.
    """
    try:
        uid = bytes.fromhex(data_hex)
    except ValueError as error:
        raise CardFormatError("the serial number of the card must be hex digits") from error
    if not 1 <= len(uid) <= _UID_BYTES_MAX:
        raise CardFormatError(f"a serial number has 1 to {_UID_BYTES_MAX} bytes")
    size = "" if len(uid) in _UID_BYTES else len(uid)
    return f"uid{size}:{uid.hex()}"


def canonical_code(code: str) -> str:
    """The canonical form of a printed code: its characters, without the blanks around them.

    Raises:
        CardFormatError: nothing readable, or more than 80 characters.
    """
    text = code.strip()
    if not text or not text.isprintable() or len(text) > CODE_CHARACTERS_MAX:
        raise CardFormatError(f"a code has 1 to {CODE_CHARACTERS_MAX} readable characters")
    return f"code:{text}"


def printed_number(canonical: str) -> str:
    """What people read on the card and search for: the card number, the hex digits, or the code."""
    kind, _, rest = canonical.partition(":")
    return rest if kind == "code" else rest.rpartition(":")[2]
