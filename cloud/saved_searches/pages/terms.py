"""How staff call kinds of searches, and the ways in which their days are kept."""

from typing import Final

from cloud.console.languages import mark

ADDRESS: Final = "/searches"
KINDS: Final = {"members": mark("Members"), "holders": mark("Balances"), "tasks": mark("Tasks")}
DATES: Final = {
    "moving": mark("They move: the same distance from the day on which it is opened"),
    "fixed": mark("They stay as they are"),
    "none": mark("They are not kept"),
}
DATES_IN_SHORT: Final = {
    "moving": mark("days move"),
    "fixed": mark("days stay"),
    "none": mark("days are not kept"),
}
