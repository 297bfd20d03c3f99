"""What every database column can hold: texts without NUL characters, numbers of 63 bits, texts of a bounded length."""

from typing import Any, Final

NUMBER_MAX: Final = 2**63 - 1


def find_unstorable(value: Any, *, characters_max: int) -> str | None:
    """Why a value made of dicts, lists, texts and numbers cannot be stored; None: it can."""
    parts = [value]
    for part in parts:  # grows while it is gone through: neither deep nor wide values cost a call for each part
        if isinstance(part, str):
            if "\x00" in part:
                return "a text with NUL characters"
            if len(part) > characters_max:
                return f"a text of more than {characters_max} characters"
        elif isinstance(part, int):
            if not -NUMBER_MAX <= part <= NUMBER_MAX:
                return "a number of more than 63 bits"
        elif isinstance(part, dict):
            parts += part
            parts += part.values()
        elif isinstance(part, list | tuple):
            parts += part
    return None
