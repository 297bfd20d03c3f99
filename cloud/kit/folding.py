"""Text folding for search: case and accents do not matter, in Latin and in Cyrillic.

Databases fold differently (SQLite's `lower` knows ASCII only), so the folded text is made here and stored.
"""

import unicodedata
from typing import Final

# Letters that Unicode does not take apart but people write either way.
_EXTRA: Final = str.maketrans(
    {"ё": "е", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ъ": "ь"}
)


def fold(text: str) -> str:
    """Lower case, without accents, apostrophes and repeated blanks: `"D’Àngelo  Ёлкина"` -> `"dangelo елкина"`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_EXTRA))
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’`ʼ")
    return " ".join(kept.casefold().translate(_EXTRA).split())


def digits_of(text: str) -> str:
    """Only the decimal digits, as ASCII: a telephone number in any writing becomes comparable."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
