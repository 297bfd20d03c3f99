"""How staff read a line of the time line: a sentence, what goes with it, its sign, and where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud.console.flag_board import text_in
from cloud.console.languages import mark
from cloud.console.words import Words
from cloud.past import Kind, PastLine
from cloud.privacy_purposes.policy import name_in
from cloud.tasks.pages.terms import ENTRIES

KIND_NAMES: Final[dict[Kind, str]] = {
    "visit": mark("Visits"),
    "refusal": mark("Refusals"),
    "booking": mark("Bookings"),
    "contract": mark("Contracts"),
    "service": mark("Services"),
    "goods": mark("Goods"),
    "payment": mark("Payments"),
    "task": mark("Tasks"),
    "message": mark("Messages at the gate"),
    "comment": mark("Comments"),
    "flag": mark("Flags of staff"),
    "standing": mark("Lead, client, black list"),
    "privacy": mark("Privacy"),
}
METHODS: Final = {
    "cash": mark("Cash"),
    "card": mark("Card"),
    "transfer": mark("Bank transfer"),
    "provider": mark("Payment provider"),
}
_SENTENCES: Final[dict[tuple[Kind, str], str]] = {
    ("visit", "entered"): mark("Came in through %(lane)s"),
    ("visit", "left"): mark("Went out through %(lane)s"),
    ("visit", "not_taken"): mark("Could have passed at %(lane)s, and did not"),
    ("refusal", "refused"): mark("Refused at %(lane)s: %(reason)s"),
    ("message", "shown"): mark("Was shown a message at %(lane)s"),
    ("booking", "booked"): mark("Booked: %(text)s, %(starts_at)s"),
    ("booking", "cancelled"): mark("Booking cancelled: %(text)s, %(starts_at)s"),
    ("booking", "attended"): mark("Was at: %(text)s, %(starts_at)s"),
    ("booking", "waits"): mark("Waits for a seat, %(starts_at)s"),
    ("booking", "promoted"): mark("Got a seat from the waiting list, %(starts_at)s"),
    ("booking", "stopped_waiting"): mark("Does not wait for a seat any more, %(starts_at)s"),
    ("contract", "create"): mark("Contract %(text)s, until %(ends_on)s"),
    ("contract", "change"): mark("Contract %(text)s changed"),
    ("contract", "freeze"): mark("Contract %(text)s frozen until %(ends_on)s"),
    ("contract", "unfreeze"): mark("Freeze of the contract %(text)s lifted"),
    ("contract", "extend"): mark("Contract %(text)s extended until %(ends_on)s"),
    ("contract", "end"): mark("Contract %(text)s ended: last day %(ends_on)s"),
    ("contract", "prolong"): mark("Contract %(text)s prolonged until %(ends_on)s"),
    ("payment", "succeeded"): mark("Paid %(amount)s"),
    ("payment", "failed"): mark("Payment of %(amount)s failed"),
    ("payment", "reversed"): mark("Payment of %(amount)s taken back"),
    ("payment", "till"): mark("Paid %(amount)s at the till"),
    ("payment", "till_cancelled"): mark("Sale of %(amount)s taken back"),
    ("goods", "sold"): mark("Bought %(quantity)s × %(text)s for %(amount)s"),
    ("service", "sold"): mark("Service: %(text)s, for %(amount)s"),
    ("comment", "said"): mark("Comment"),
    ("standing", "create"): mark("Was added"),
    ("standing", "became_lead"): mark("Became a lead"),
    ("standing", "became_client"): mark("Became a client"),
    ("standing", "became_former"): mark("Became a former member"),
    ("standing", "black_list"): mark("Was put on the black list"),
    ("standing", "black_list_end"): mark("Was taken off the black list"),
    ("standing", "merge"): mark("Was merged with another entry"),
    ("flag", "block_raised"): mark("Block at the gates"),
    ("flag", "block_lifted"): mark("Block at the gates lifted"),
    ("flag", "message_raised"): mark("Message for the gates"),
    ("flag", "message_lifted"): mark("Message for the gates lifted"),
    ("privacy", "given"): mark("Agreed: %(purpose)s"),
    ("privacy", "refused"): mark("Refused: %(purpose)s"),
    ("privacy", "withdrawn"): mark("Withdrawn: %(purpose)s"),
}
_ICONS: Final[dict[Kind, str]] = {
    "visit": "turnstile",
    "refusal": "block",
    "booking": "clock",
    "contract": "card",
    "service": "person",
    "goods": "plus",
    "payment": "check",
    "task": "keyboard",
    "message": "message",
    "comment": "message",
    "flag": "warning",
    "standing": "person",
    "privacy": "person",
}
_TONES: Final = {"refusal": "block", "message": "message", "visit": "allow"}
_IN_SENTENCE: Final[frozenset[Kind]] = frozenset({"booking", "contract", "goods", "service"})
"""Kinds whose text is a part of their sentence."""
_RENDERED_BY: Final = mark("Rendered by %(name)s")
_MATERIALS: Final = mark("Materials used: %(materials)s")
_CANCELLED: Final = mark("Taken back since")


@dataclass(frozen=True, slots=True)
class Said:
    """A line in words; `address` is the page about it, `cancellation` the form that takes a sale back."""

    line: PastLine
    sentence: str
    details: Sequence[str]
    who: str
    icon: str
    tone: str
    address: str = ""
    cancellation: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: lanes, and staff."""

    lanes: Mapping[str, str]
    staff: Mapping[str, str]


def say(line: PastLine, names: Names, zone: ZoneInfo, words: Words) -> Said:
    """One line in the reader's language."""
    values = _values(line, names, zone, words)
    sentence = _SENTENCES.get((line.kind, line.what))
    if sentence is None:
        heading = words.text(ENTRIES.get(line.what, line.what))
        told = f"{line.facts['type']}: {heading}" if "type" in line.facts else heading
    else:
        told = words.text(sentence, **values)
    return Said(
        line=line,
        sentence=told,
        details=[detail for detail in _details(line, names, words) if detail],
        who=names.staff.get(line.who, ""),
        icon=_ICONS[line.kind],
        tone=_TONES.get(line.kind, ""),
        address=_address(line),
        cancellation=_cancellation(line),
    )


def _values(line: PastLine, names: Names, zone: ZoneInfo, words: Words) -> dict[str, str]:
    facts = line.facts
    values = {"text": line.text, "quantity": str(facts.get("quantity", ""))}
    lane_id = str(facts.get("lane_id", ""))
    values["lane"] = names.lanes.get(lane_id, lane_id)
    values["reason"] = words.reason(str(facts.get("reason", "")))
    if "amount_minor" in facts:
        values["amount"] = words.money(facts["amount_minor"], facts["currency"])
    if "purpose" in facts:
        values["purpose"] = name_in(facts["purpose"], words.language)
    if "starts_at" in facts:
        values["starts_at"] = words.dated(datetime.fromisoformat(facts["starts_at"]), zone)
    values["ends_on"] = words.day(date.fromisoformat(facts["ends_on"])) if facts.get("ends_on") else "–"
    return values


def _details(line: PastLine, names: Names, words: Words) -> list[str]:
    facts: Mapping[str, Any] = line.facts
    details = []
    if "texts" in facts:
        details.append(text_in(dict(facts["texts"]), words.language))
    if line.text and line.kind not in _IN_SENTENCE:
        details.append(line.text)
    if facts.get("reason") and line.kind == "contract":
        details.append(str(facts["reason"]))
    if facts.get("changes"):
        details.append(str(facts["changes"].get("outcome") or ""))
    if facts.get("method"):
        details.append(words.text(METHODS.get(facts["method"], facts["method"])))
    if facts.get("rendered_by"):
        details.append(words.text(_RENDERED_BY, name=names.staff.get(facts["rendered_by"], "–")))
    if facts.get("materials"):
        used = ", ".join(f"{material['name']} {material['quantity']}" for material in facts["materials"])
        details.append(words.text(_MATERIALS, materials=used))
    if facts.get("is_cancelled") and line.what != "till_cancelled":
        details.append(words.text(_CANCELLED))
    return details


def _address(line: PastLine) -> str:
    match line.kind:
        case "task" | "comment" if line.subject:
            return f"/tasks/{line.subject}"
        case "refusal" | "message":
            return f"/access-events/{line.subject}"
        case _:
            return ""


def _cancellation(line: PastLine) -> str:
    if line.what == "till" and not line.facts["is_cancelled"]:
        return f"/till-sales/{line.subject}/cancellation"
    return ""
