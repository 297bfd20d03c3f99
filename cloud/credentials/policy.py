"""From what staff read off a card to the canonical form that the gateway computes from the reader's bits. Pure.

`wiegand26:<facility>:<card>` in decimal for the 26-bit standard format; `raw<bits>:<hex>` for any other length, the
bits left-aligned, most significant first, unused bits of the last byte zero.
"""

from typing import Final, Literal

CredentialKind = Literal["wiegand26", "raw"]
CredentialStatus = Literal["active", "suspended", "lost", "revoked"]

FACILITY_CODE_MAX: Final = 255
CARD_NUMBER_MAX: Final = 65535
RAW_BITS_MIN: Final = 4
RAW_BITS_MAX: Final = 256
_WIEGAND26_BITS: Final = 26


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


def printed_number(canonical: str) -> str:
    """What people read on the card and search for: the card number, or the hex digits."""
    return canonical.rpartition(":")[2]
