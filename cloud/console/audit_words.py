"""The audit log's nouns and the names of what changes, in words; what has none is shown as it is written."""

from collections.abc import Mapping
from typing import Any, Final

from cloud.console.languages import mark
from cloud.console.words import Words

KIND_NAMES: Final = {
    "access_event": mark("Tap at a gate"),
    "access_level": mark("Access level"),
    "action_type": mark("Action type"),
    "activity": mark("Activity"),
    "alarm": mark("Alarm"),
    "api_key": mark("API key"),
    "arrival": mark("Who comes"),
    "audit": mark("Audit log"),
    "balance": mark("Balances"),
    "booking": mark("Booking"),
    "calendar_feed": mark("Address of a calendar"),
    "card_rule": mark("Automatic card"),
    "charge": mark("Payment"),
    "claim_token": mark("Token for a gateway"),
    "class_session": mark("Session"),
    "comment": mark("Comment"),
    "consent": mark("Consent"),
    "contract": mark("Contract"),
    "credential": mark("Card"),
    "debt": mark("Debts"),
    "enquiry_status": mark("Enquiry status"),
    "flag": mark("Block or message"),
    "funnel": mark("Funnel"),
    "gate_command": mark("Command to a gate"),
    "gateway": mark("Gateway"),
    "instalment": mark("Instalment"),
    "label": mark("Label"),
    "lane": mark("Lane"),
    "member": mark("Member"),
    "objection": mark("Objection"),
    "outcome": mark("Outcome"),
    "payment": mark("Payments"),
    "phone_exchange": mark("Telephone exchange"),
    "plan": mark("Plan"),
    "presence": mark("Who is inside"),
    "privacy_purpose": mark("Purpose"),
    "privacy_text": mark("Text of a purpose"),
    "role": mark("Role"),
    "room": mark("Room"),
    "sale": mark("Sale"),
    "saved_search": mark("Saved search"),
    "schedule": mark("Schedule"),
    "scheduled_operation": mark("Scheduled operation"),
    "session": mark("Sign-in"),
    "site": mark("Club"),
    "special_day": mark("Special day"),
    "staff": mark("Staff"),
    "task": mark("Task"),
    "task_template": mark("Template of a task"),
    "waiting_entry": mark("Waiting list"),
    "webhook": mark("Webhook"),
    "webhook_delivery": mark("Delivery to a webhook"),
    "zone": mark("Zone"),
}
FIELD_NAMES: Final = {
    "action_type_id": mark("Action type"),
    "activity_id": mark("Activity"),
    "amount_minor": mark("Amount"),
    "birth_on": mark("Birthday"),
    "block_after_days": mark("Days until unpaid dues block"),
    "card_number": mark("Card number"),
    "card_type_id": mark("Card type"),
    "certificate_required": mark("Medical certificate"),
    "channel": mark("Channel"),
    "colour": mark("Colour"),
    "complete_by": mark("Complete by"),
    "currency": mark("Currency"),
    "day": mark("Day"),
    "description": mark("Description"),
    "discount_percent": mark("Discount in percent"),
    "due_on": mark("Due on"),
    "effect": mark("Effect"),
    "email": mark("E-mail address"),
    "ends_at": mark("Ends at"),
    "ends_on": mark("Ends on"),
    "enquiry_status_id": mark("Enquiry status"),
    "extra_expiry_days": mark("Extra days"),
    "first_name": mark("First name"),
    "grace_days": mark("Days of grace"),
    "guests_per_day": mark("Guests on one day"),
    "is_active": mark("Active"),
    "is_default": mark("Default"),
    "is_obsolete": mark("Obsolete"),
    "is_offered": mark("On offer"),
    "is_shared": mark("Shared"),
    "kind": mark("Kind"),
    "label": mark("Note"),
    "lane_id": mark("Lane"),
    "last_name": mark("Last name"),
    "length": mark("Length"),
    "level_id": mark("Where and when"),
    "locale": mark("Language"),
    "member_id": mark("Member"),
    "method": mark("Paid by"),
    "name": mark("Name"),
    "needs_booking": mark("Only around a booked session"),
    "next_step": mark("Next step"),
    "next_step_at": mark("Time of the next step"),
    "note": mark("Note"),
    "operator_id": mark("Operator"),
    "outcome": mark("Outcome"),
    "permissions": mark("Permissions"),
    "phone": mark("Telephone"),
    "plan_id": mark("Plan"),
    "plan_name": mark("Plan"),
    "prepayment_minor": mark("Prepayment"),
    "price_minor": mark("Price"),
    "purpose_id": mark("Purpose"),
    "reason": mark("Reason"),
    "role": mark("Role"),
    "room_id": mark("Room"),
    "seats": mark("Seats"),
    "session_id": mark("Session"),
    "sex": mark("Sex"),
    "site_id": mark("Club"),
    "source_id": mark("Advertising source"),
    "starts_at": mark("Starts at"),
    "starts_on": mark("Starts on"),
    "state": mark("State"),
    "text": mark("Text"),
    "texts": mark("Text"),
    "time_zone": mark("Time zone"),
    "title": mark("Name"),
    "trainer_id": mark("Trainer"),
    "visits": mark("Visits"),
    "visits_total": mark("Visits in all"),
    "weekdays": mark("Weekdays"),
    "zone_id": mark("Zone"),
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
