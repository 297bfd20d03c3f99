"""What lanes tell of themselves, and what they were told to be, as staff read it."""

from typing import Final

from cloud.console.languages import mark

LANE_NEWS: Final = {
    "ready": mark("Ready again"),
    "cleared": mark("In order again"),
    "fault": mark("Out of order"),
    "alarm": mark("Intrusion alarm"),
    "fire": mark("Fire: the gate is open"),
    "jam": mark("The arm is jammed"),
    "held": mark("Held open for too long"),
    "forced": mark("Somebody went through by force"),
    "wrong_direction": mark("Somebody went the wrong way"),
    "remote_opened": mark("Opened once from the console"),
    "tailgating": mark("Somebody followed right behind"),
}
LANE_MODES: Final = {
    "normal": mark("Told to be normal"),
    "free_passage_in": mark("Told to be free for who comes in"),
    "free_passage_out": mark("Told to be free for who goes out"),
    "free_passage": mark("Told to be free both ways"),
    "locked": mark("Told to be locked but for the staff"),
    "lockdown": mark("Told to be in lockdown"),
    "evacuation": mark("Told to be open for an evacuation"),
}
ORDERED_BY: Final = {
    "console": mark("from the console"),
    "local": mark("at the gateway"),
    "time": mark("its time was over"),
    "restart": mark("its time was over when the gateway started"),
}
