"""Keys of a Wiegand keypad: each key press is a burst of its own, of 4 or of 8 bits.

Four bits are the key itself; eight bits are its complement and then the key, so that a misread key is seen.
"""

KEY_BIT_COUNTS = frozenset({4, 8})
_KEYS = "0123456789*#"


def parse_key_bits(data: bytes, bit_count: int) -> str | None:
    """The key (0..9, ``*``, ``#``) in a burst of 4 or 8 bits, left-aligned; None when it is no key."""
    if bit_count not in KEY_BIT_COUNTS or len(data) != 1:
        return None
    high, low = data[0] >> 4, data[0] & 0x0F
    if bit_count == 8 and high != low ^ 0x0F:
        return None
    number = high if bit_count == 4 else low
    return _KEYS[number] if number < len(_KEYS) else None
