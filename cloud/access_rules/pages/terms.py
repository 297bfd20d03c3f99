"""What the choices of the access rules are called; each choice with the sentence that explains it."""

from typing import Final

from cloud.console.languages import mark

PASSBACKS: Final = {
    "off": mark("Off: who is inside may come in again"),
    "soft": mark("Report: they come in, and staff hear of it"),
    "hard": mark("Refuse: they do not come in again before they have left"),
}
LEASE_POLICIES: Final = {
    "refuse": mark("Refuse everybody"),
    "staff_only": mark("Let in staff alone"),
    "allow_and_report": mark("Let in, and report each passage"),
}
CLOCK_POLICIES: Final = {
    "refuse_in_doubt": mark("Refuse whom the true time might refuse"),
    "staff_only": mark("Let in staff alone"),
    "ignore_times": mark("Believe its clock"),
}
EXIT_POLICIES: Final = {
    "check": mark("Leaving obeys blocks like entering"),
    "may_leave": mark("Every known card may leave"),
}
