"""How staff call states, outcomes and fates of scheduled operations."""

from typing import Final

from cloud.console.languages import mark

ADDRESS: Final = "/settings/operations"
BACK: Final = mark("Back to the scheduled operations")
KINDS: Final = {"recurring": mark("Again and again"), "single": mark("Once")}
STATES: Final = {
    "active": ("good", "check", mark("Active")),
    "suspended": ("warn", "clock", mark("Suspended")),
    "over": ("quiet", "clock", mark("Over")),
}
OUTCOMES: Final = {
    "running": ("warn", "clock", mark("Not through yet")),
    "done": ("good", "check", mark("Done")),
    "too_many": ("bad", "warning", mark("Nothing begun: the search finds too many")),
    "unfit": ("bad", "warning", mark("Nothing begun: type or purpose are obsolete")),
    "suspended": ("warn", "clock", mark("Suspended meanwhile")),
}
INTERRUPTED: Final = ("bad", "warning", mark("Interrupted until midnight"))
FATES: Final = {
    "begun": mark("a task was begun"),
    "still_open": mark("the task of an earlier day acts still"),
    "full": mark("as many open tasks as there may be"),
    "unwilling": mark("may not be approached for the purpose"),
}
