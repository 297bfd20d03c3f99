"""The languages that everything people read exists in."""

from typing import Final, Literal, get_args

Language = Literal["en", "it", "ru"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
