"""What payments are called on their page: where they were made, and what became of them."""

from typing import Final

from cloud.console.languages import mark

SOURCES: Final = {"contract": mark("Contracts"), "till": mark("At the till")}
STATES: Final = {
    "succeeded": ("good", "check", mark("Taken")),
    "failed": ("bad", "cross", mark("Failed")),
    "reversed": ("warn", "clock", mark("Taken back")),
}
