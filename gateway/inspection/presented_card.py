"""A card as somebody types it, as what a reader would have read."""

import re
from typing import Final

from firmware_protocol.wiegand import encode_wiegand26
from gateway.domain.access_point import ReaderKey
from gateway.service.ports import CardPresented, CodePresented

_WIEGAND_26: Final = re.compile(r"(\d{1,3}):(\d{1,5})")
_UID: Final = re.compile(r"uid:((?:[0-9a-fA-F]{2}){3,10})")
_CODE_MAX: Final = 256


class CardFormatError(ValueError):
    """What was typed is no card; the text says how one is typed."""


def read_card(text: str, reader: ReaderKey, at_monotonic: float) -> CardPresented | CodePresented:
    """`18:4821` is a 26-bit card by facility and number, `uid:04a2b3c4` a card's serial number, `code:...` a code.

    Raises:
        CardFormatError: it is none of these.
    """
    if text.startswith("code:") and len(text) <= _CODE_MAX:
        return CodePresented(reader, text.removeprefix("code:").encode(), at_monotonic)
    if found := _UID.fullmatch(text):
        data = bytes.fromhex(found[1])
        return CardPresented(reader, data, len(data) * 8, at_monotonic)
    if found := _WIEGAND_26.fullmatch(text):
        facility, card = int(found[1]), int(found[2])
        if facility <= 255 and card <= 65_535:
            return CardPresented(reader, encode_wiegand26(facility, card), 26, at_monotonic)
    raise CardFormatError("a card is typed as FACILITY:NUMBER (0-255:0-65535), uid:HEX or code:TEXT")
