"""How staff call the next steps, purposes, states and lines of the history of a task."""

from typing import Final

from cloud.console.languages import mark

NEXT_STEPS: Final = {
    "call": mark("Call"),
    "email": mark("Write an e-mail"),
    "sms": mark("Write a text message"),
    "meeting": mark("Meet"),
}
STATES: Final = {"open": mark("Open"), "acting": mark("Acting at the gate"), "closed": mark("Closed")}
ENTRIES: Final = {
    "created": mark("Begun"),
    "changed": mark("Changed"),
    "commented": mark("Comment"),
    "outcome": mark("Outcome"),
    "closed": mark("Closed"),
    "lifted": mark("Block lifted"),
    "ended": mark("Closed by itself"),
    "again": mark("It happened again"),
}
CAUSES: Final = {
    "paid": mark("It is paid."),
    "cancelled": mark("Nothing is asked for any more."),
    "renewed": mark("The contract was renewed."),
    "contract_changed": mark("The contract ends on another day now."),
    "came_back": mark("They came back."),
    "booked": mark("They have booked."),
    "bought": mark("They have bought a contract."),
    "frozen": mark("The contract was frozen."),
    "longer_absent": mark("They are away for longer: the next card takes over."),
    "became_client": mark("They became a client."),
    "charge_failed": mark("Another charge failed."),
    "unknown_caller": mark("They called again."),
}
FATES: Final = {
    "stopped": mark("would be stopped"),
    "told": mark("would get the message"),
    "refused_already": mark("would not get in anyway"),
    "no_card": mark("has no active card"),
    "untouched": mark("nothing happens at the gate"),
}
FIELDS: Final = {
    "text": mark("What is to be done"),
    "operator_id": mark("In charge"),
    "complete_by": mark("Complete by"),
    "next_step": mark("Next step"),
    "next_step_at": mark("When"),
    "enquiry_status_id": mark("Enquiry status"),
    "purpose": mark("Purpose"),
    "purpose_id": mark("Purpose"),
    "objections": mark("Objections"),
    "outcome": mark("Outcome"),
}
