"""The audit log's nouns and the names of what changes, in words; what has none is shown as it is written."""

from collections.abc import Mapping
from typing import Any, Final

from cloud.console.languages import mark
from cloud.console.words import Words

KIND_NAMES: Final = {
    "access_level": mark("Access level"),
    "action_type": mark("Action type"),
    "activity": mark("Activity"),
    "alarm": mark("Alarm"),
    "api_key": mark("API key"),
    "audit": mark("Audit log"),
    "booking": mark("Booking"),
    "class_session": mark("Session"),
    "comment": mark("Comment"),
    "contract": mark("Contract"),
    "credential": mark("Card"),
    "flag": mark("Block or message"),
    "gate_command": mark("Command to a gate"),
    "gateway": mark("Gateway"),
    "instalment": mark("Instalment"),
    "label": mark("Label"),
    "lane": mark("Lane"),
    "member": mark("Member"),
    "outcome": mark("Outcome"),
    "plan": mark("Plan"),
    "role": mark("Role"),
    "room": mark("Room"),
    "sale": mark("Sale"),
    "schedule": mark("Schedule"),
    "session": mark("Sign-in"),
    "site": mark("Club"),
    "special_day": mark("Special day"),
    "staff": mark("Staff"),
    "task": mark("Task"),
    "webhook": mark("Webhook"),
    "zone": mark("Zone"),
}
FIELD_NAMES: Final = {
    "amount_minor": mark("Amount"),
    "card_number": mark("Card number"),
    "due_on": mark("Due on"),
    "email": mark("E-mail address"),
    "ends_on": mark("Ends on"),
    "first_name": mark("First name"),
    "is_active": mark("Active"),
    "last_name": mark("Last name"),
    "locale": mark("Language"),
    "name": mark("Name"),
    "operator_id": mark("Operator"),
    "permissions": mark("Permissions"),
    "phone": mark("Telephone"),
    "role": mark("Role"),
    "starts_on": mark("Starts on"),
    "state": mark("State"),
    "text": mark("Text"),
    "time_zone": mark("Time zone"),
    "visits": mark("Visits"),
}
_YES, _NO = mark("Yes"), mark("No")


def kind_in_words(kind: str, words: Words) -> str:
    """What a kind of thing is called."""
    return words.text(KIND_NAMES[kind]) if kind in KIND_NAMES else kind.replace("_", " ")


def field_in_words(name: str, words: Words) -> str:
    """What a value of an entry is called."""
    return words.text(FIELD_NAMES[name]) if name in FIELD_NAMES else name.replace("_", " ")


def value_in_words(value: Any, words: Words) -> str:
    """A value of an entry as people write it."""
    if isinstance(value, bool):
        return words.text(_YES if value else _NO)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{field_in_words(name, words)}: {value_in_words(each, words)}" for name, each in value.items()
        )
    if isinstance(value, list):
        return ", ".join(value_in_words(each, words) for each in value)
    return "–" if value is None else str(value)
