"""How staff call what a type does at the gate, the classes of outcomes, colours and kinds of device."""

from collections.abc import Mapping
from typing import Final

from cloud.console.languages import mark
from cloud.console.words import Words

ADDRESS: Final = "/settings/tasks"
ACTIONS: Final = {
    "none": mark("Nothing"),
    "message": mark("A message"),
    "message_and_block": mark("A message, and the gate stays shut"),
}
CLASSES: Final = {
    "to_start": mark("To start"),
    "in_progress": mark("In progress"),
    "closed_positive": mark("Closed, positive"),
    "closed_negative": mark("Closed, negative"),
}
COLOURS: Final = {
    "blue": mark("Blue"),
    "azure": mark("Azure"),
    "indigo": mark("Indigo"),
    "purple": mark("Purple"),
    "pink": mark("Pink"),
    "red": mark("Red"),
    "orange": mark("Orange"),
    "yellow": mark("Yellow"),
    "lime": mark("Lime"),
    "green": mark("Green"),
    "teal": mark("Teal"),
    "cyan": mark("Cyan"),
}
DEVICES: Final = {"turnstile": mark("Turnstile"), "door": mark("Door")}
BACK: Final = mark("Back to the settings of tasks")


def named(names: Mapping[str, str], words: Words) -> list[tuple[str, str]]:
    """Codes with their words, for a form to choose from."""
    return [(code, words.text(name)) for code, name in names.items()]
