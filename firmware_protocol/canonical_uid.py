"""The serial number (UID) of a contactless card -> one form, however the reader sends it.

ISO 14443 UIDs have 4, 7 or 10 bytes. Readers send them most or least significant byte first, and
some send only the last bytes. A site says for each reader how its UIDs arrive, and how many bytes
its shortest reader keeps; then one card is one credential at every reader of the site.
"""

from dataclasses import dataclass

UID_SIZES = (4, 7, 10)
_RANDOM_UID_PREFIX = 0x08


class UidError(ValueError):
    """These bytes are no UID that could identify a card."""


@dataclass(frozen=True, slots=True)
class UidForm:
    """``is_reversed``: the reader sends the least significant byte first. ``keep_bytes``: the site
    compares only so many bytes, the first of the canonical order (None: all).
    """

    is_reversed: bool = False
    keep_bytes: int | None = None


PLAIN_FORM = UidForm()


def canonical_uid(data: bytes, form: UidForm = PLAIN_FORM) -> str:
    """``uid:<hex>`` in the order in which the card itself sends its UID.

    Raises UidError for the random UIDs of phones and bank cards (4 bytes that begin with 08: a new one
    at every tap), for all zeros or all ones, and for fewer bytes than the site compares.
    """
    uid = data[::-1] if form.is_reversed else data
    if set(uid) <= {0x00} or set(uid) <= {0xFF}:
        raise UidError("an empty UID")
    if len(uid) == UID_SIZES[0] and uid[0] == _RANDOM_UID_PREFIX:
        raise UidError("a random UID, new at every tap, identifies nobody")
    if form.keep_bytes is None:
        if len(uid) not in UID_SIZES:
            raise UidError(f"a UID has 4, 7 or 10 bytes, not {len(uid)}")
        return f"uid:{uid.hex()}"
    if len(uid) < form.keep_bytes:
        raise UidError(f"{len(uid)} bytes where the site compares {form.keep_bytes}")
    return f"uid{form.keep_bytes}:{uid[: form.keep_bytes].hex()}"
