"""What every database column can hold: texts without NUL characters, numbers of 63 bits, texts of a bounded length."""

from typing import Any, Final

NUMBER_MAX: Final = 2**63 - 1


def find_unstorable(value: Any, *, characters_max: int) -> str | None:
    """Why a value made of dicts, lists, texts and numbers cannot be stored; None: it can."""
    match value:
        case str() if "\x00" in value:
            return "a text with NUL characters"
        case str() if len(value) > characters_max:
            return f"a text of more than {characters_max} characters"
        case int() if not -NUMBER_MAX <= value <= NUMBER_MAX:
            return "a number of more than 63 bits"
        case dict():
            parts = [part for pair in value.items() for part in pair]
        case list() | tuple():
            parts = list(value)
        case _:
            return None
    reasons = (find_unstorable(part, characters_max=characters_max) for part in parts)
    return next((reason for reason in reasons if reason), None)
