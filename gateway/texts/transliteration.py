"""Any text in ASCII, for displays that know nothing else: Russian after BGN/PCGN, accents stripped, the rest `?`."""

import unicodedata
from typing import Final

_RUSSIAN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace("-", "").split(" "),
        strict=True,
    )
)
_LATIN: Final = {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ı": "i"}
_PUNCTUATION: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "..."}
_TABLE: Final = _RUSSIAN | _LATIN | _PUNCTUATION


def to_ascii(text: str) -> str:
    """The text in printable ASCII and line breaks; a capital stays one (`Щ` is `Shch`)."""
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isprintable() or letter == "\n" else " "
    known = _TABLE.get(letter.lower())
    if known is not None:
        return known.capitalize() if letter.isupper() else known
    stripped = "".join(part for part in unicodedata.normalize("NFKD", letter) if part.isascii() and part.isprintable())
    return stripped or "?"
