"""Ids that say what they name and sort by when they were made: `mem_` + 20 characters of base32.

48 bits of Unix milliseconds and 52 random bits, in Crockford's lower-case alphabet, which sorts like the number.
They fit into MQTT topics, URLs and logs without quoting.
"""

import secrets
import time
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CHARACTERS: Final = 20
_RANDOM_BITS: Final = 52


def new_id(prefix: str) -> str:
    """A new id with a prefix of three letters that tells the noun, e.g. `mem` or `tsk`."""
    assert len(prefix) == 3, "an id's prefix has three letters"
    number = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    digits = (_ALPHABET[number >> shift & 31] for shift in range((_CHARACTERS - 1) * 5, -1, -5))
    return f"{prefix}_{''.join(digits)}"
