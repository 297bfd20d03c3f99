"""What an action type and an outcome may be, and the placeholders of the message. Pure."""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from access_policy.zone import DeviceKind

ActionAtAccess = Literal["none", "message", "message_and_block"]
"""What an open task does at the gate: nothing, a message, or a message with a refusal."""
StateClass = Literal["to_start", "in_progress", "closed_positive", "closed_negative"]
Colour = Literal[
    "blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "lime", "green", "teal", "cyan"
]
Placeholder = Literal["first_name", "last_name", "complete_by"]

ACTIONS_AT_ACCESS: Final[tuple[ActionAtAccess, ...]] = get_args(ActionAtAccess)
STATE_CLASSES: Final[tuple[StateClass, ...]] = get_args(StateClass)
CLOSED_CLASSES: Final[frozenset[StateClass]] = frozenset({"closed_positive", "closed_negative"})
DEVICE_KINDS: Final[tuple[DeviceKind, ...]] = get_args(DeviceKind)
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
PLACEHOLDERS: Final[tuple[Placeholder, ...]] = get_args(Placeholder)

TYPES_MAX: Final = 200
OUTCOMES_MAX: Final = 200
NAME_CHARACTERS_MAX: Final = 80
DISPLAY_CHARACTERS_MAX: Final = 160

_FIELD: Final = re.compile(r"\{([^{}]*)\}")


def check_template(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: a brace that belongs to no placeholder, or a placeholder that there is not.
    """
    for name in _FIELD.findall(text):
        if name not in PLACEHOLDERS:
            raise ValueError(f"there is no placeholder {{{name}}}")
    if set(_FIELD.sub("", text)) & {"{", "}"}:
        raise ValueError("a brace belongs to no placeholder")
    return text


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """A checked text with its placeholders filled in, as long as a display takes at most."""
    filled = _FIELD.sub(lambda found: values[found[1]], text)  # type: ignore[index]
    return filled if len(filled) <= DISPLAY_CHARACTERS_MAX else filled[: DISPLAY_CHARACTERS_MAX - 1] + "…"
