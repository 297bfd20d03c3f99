"""What every database column can hold: texts without NUL characters, numbers of 63 bits, texts of a bounded length."""

from typing import Any, Final

NUMBER_MAX: Final = 2**63 - 1


def find_unstorable(value: Any, *, characters_max: int) -> str | None:
    """Why a value made of builtins (as `msgspec.to_builtins` gives them) cannot be stored; None: it can."""
    parts = [value]
    for part in parts:  # grows while it is gone through: neither deep nor wide values cost a call for each part
        kind = type(part)
        if kind is str:
            if "\x00" in part:
                return "a text with NUL characters"
            if len(part) > characters_max:
                return f"a text of more than {characters_max} characters"
        elif kind is int:
            if not -NUMBER_MAX <= part <= NUMBER_MAX:
                return "a number of more than 63 bits"
        elif kind is dict:
            parts += part
            parts += part.values()
        elif kind is list or kind is tuple:
            parts += part
    return None
