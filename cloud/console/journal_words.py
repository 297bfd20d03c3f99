"""What can be wrong with a gateway's journal, as staff read it."""

from typing import Final

from cloud.console.languages import mark

JOURNAL_FAULTS: Final = {
    "broken": mark("Altered, or events before it are missing"),
    "forged": mark("Messages in its name that it did not sign"),
    "gap": mark("Dropped by the gateway, which was full"),
    "lost": mark("Lost: neither the cloud nor the gateway has them"),
    "refused": mark("Put aside: it could not be read"),
}
# The alarm of a gateway whose journal is broken.
JOURNAL_ALARMS: Final = {"journal_broken": mark("Events of a gateway were altered, lost or forged")}
