"""What staff may order at a lane, and how it ended, as they read it."""

from typing import Final

from cloud.console.languages import mark

COMMANDS: Final = {
    "open_once": mark("Open once"),
    "lane_mode": mark("Change what the lane is"),
    "evacuation_end": mark("End the evacuation"),
    "identify": mark("Let the readers blink"),
    "restart": mark("Restart the gateway"),
    "collect_diagnostics": mark("Collect diagnostics"),
    "move_broker": mark("Move to another broker"),
    "update_software": mark("Update the software"),
}
COMMAND_MODES: Final = {
    "normal": mark("Normal: every tap is decided"),
    "free_passage_in": mark("Free for who comes in"),
    "free_passage_out": mark("Free for who goes out"),
    "free_passage": mark("Free both ways"),
    "locked": mark("Locked but for the staff"),
    "lockdown": mark("Lockdown: nobody passes"),
}
COMMAND_STATES: Final = {
    "asked": mark("On its way"),
    "sent": mark("Sent, no answer yet"),
    "done": mark("Done"),
    "refused": mark("Refused by the gateway"),
    "missed": mark("Missed"),
    "failed": mark("Failed"),
}
COMMAND_DETAILS: Final = {
    "gateway_offline": mark("The gateway is offline."),
    "gateway_too_old": mark("The gateway's software is too old for commands."),
    "not_sent": mark("It could not be sent in time; nothing was done."),
    "no_answer": mark("The gateway has not answered in time. Look whether it was done before you try again."),
    "late": mark("It arrived too late; nothing was done."),
    "restarted": mark("The gateway was restarted meanwhile; nothing was done."),
    "clock_untrusted": mark("The gateway does not know the time yet, so it cannot tell whether this is old."),
    "valid_for_too_long": mark("No command may be valid for that long."),
    "too_many_commands": mark("The gateway has too much to do."),
    "lane_unknown": mark("The gateway has no such lane."),
    "lane_busy": mark("Somebody is passing, or is about to."),
    "lane_not_ready": mark("The lane is out of order."),
    "lane_lockdown": mark("The lane is in lockdown."),
    "evacuation": mark("The lane is open for an evacuation. End that first."),
    "no_evacuation": mark("The lane was not told to be open for an evacuation."),
    "mode_is_over": mark("Its end was in the past."),
    "not_kept_yet": mark("In force; but the disk has not kept it for a restart yet."),
    "no_reader_online": mark("No reader of this lane is online."),
    "not_supervised": mark("Nobody would start the gateway again."),
    "not_collected": mark("The diagnostics could not be made; the gateway's log says why."),
    "too_large": mark("The diagnostics are too large to be sent. At the device, type: tornello-gateway support-bundle"),
    "link_lost": mark("The connection was lost while the diagnostics were sent."),
    "broker_configured": mark("The gateway's own configuration names its broker. Change it there."),
    "broker_address_wrong": mark("The gateway cannot use this address."),
    "broker_not_reached": mark(
        "The cloud was not heard through the new broker. The gateway is back at the one before."
    ),
    "no_release_key": mark("No release key lies on the gateway, so it installs nothing from afar."),
    "release_malformed": mark("The gateway cannot read this release file or this address."),
    "release_unsigned": mark("The release key on the gateway has not signed this release."),
    "release_of_other_device": mark("The release is for another kind of device."),
    "release_not_newer": mark("The gateway runs this version already, or a newer one."),
    "update_address_wrong": mark("The gateway cannot use this address."),
    "update_running": mark("Another update is under way."),
    "update_no_space": mark("There is too little space left on the gateway's card."),
    "update_not_fetched": mark("The package could not be fetched from this address."),
    "update_differs": mark("What came from this address is not what was signed. Nothing was installed."),
    "update_not_kept": mark("The gateway's disk could not keep the update."),
    "update_interrupted": mark("The gateway was restarted while it fetched the package. Order it again."),
    "update_not_taken": mark("This gateway was not set up by the Debian package, so nobody installs the release."),
    "update_not_installed": mark("The release could not be installed; the one before is in force."),
    "update_self_test_failed": mark("The release failed its self-test; the one before is in force."),
    "update_rolled_back": mark("The release did not prove itself; the one before is in force again."),
    "update_undecided": mark("Nobody can say yet whether the release holds. Look at the gateway's version."),
    "incomplete": mark("Parts of the diagnostics did not arrive. Try again."),
}
