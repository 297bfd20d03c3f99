"""What is wrong with a form, in words beside its fields: each code of a refusal has its sentence."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from cloud.console.languages import mark
from cloud.console.words import Words
from cloud.errors import ConflictError, InUseError, InvalidError

_FILL_IN: Final = mark("Fill this in.")
_TOO_LONG: Final = mark("This is too long.")
_OF_THE_LIST: Final = mark("Choose one of the list.")
_A_DAY: Final = mark("Choose a day.")
_WHOLE_NUMBER: Final = mark("Use a whole number.")
_OTHER: Final = mark("This cannot be accepted.")
_AT_LEAST: Final = mark("At least %(bound)s.")
_AT_MOST: Final = mark("At most %(bound)s.")
_IN_USE: Final = mark("It is still used by: %(users)s. Change these first.")

_OF_VALUES: Final = {
    "missing": _FILL_IN,
    "too_short": _FILL_IN,
    "too_long": _TOO_LONG,
    "string_too_long": _TOO_LONG,
    "bad_length": mark("This is empty or too long."),
    "int_parsing": _WHOLE_NUMBER,
    "literal_error": _OF_THE_LIST,
    "bad_day": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "bad_time": mark("Write a time of day like 18:30."),
    "time_wrong": mark("Write a time of day like 04:00."),
    "hours_wrong": mark("Write times like 06:30-13:00, 15:00-22:00; leave it empty for closed."),
}
_OF_RULES: Final = {
    "name_taken": mark("There is one with this name already."),
    "day_taken": mark("This day is a special day already."),
    "overlapping": mark("These times overlap."),
    "import_under_way": mark("Somebody else is bringing in this file. Give it again when they have finished."),
    "too_many": mark("There are as many as there may be. Delete some first."),
    "longer_than_week": mark("At most a week, which is 10080 minutes."),
    "same_zone": mark("A lane leads from one zone into another: choose two."),
    "unknown_zone": _OF_THE_LIST,
    "unknown_schedule": _OF_THE_LIST,
    "unknown_level": _OF_THE_LIST,
}
_OF_MEMBERS: Final = {
    "bad_pin": mark("Use 4 to 8 digits."),
    "same_pin": mark("Use another one than above."),
    "ends_before_start": mark("The contract ends before it starts."),
    "bad_session_length": mark("The session has to end after its start, within a day."),
    "is_over": mark("The session is over already."),
    "too_many_bookings": mark("The member has as many bookings ahead as there may be. Cancel some first."),
    "credential_in_use": mark("A card of this member is somebody else's at that club. Revoke one of them first."),
    "credential_revoked": mark("The card is revoked."),
    "black_listed_already": mark("The member is on the black list already."),
    "not_black_listed": mark("The member is not on the black list."),
}
_LIKE_THIS: Final = mark("Write it like anna@example.org, or like 1990-12-31.")
_OF_PEOPLE: Final = {
    "bad_telephone": mark("Write a telephone number; a foreign one with its country code."),
    "bad_email": _LIKE_THIS,
    "bad_birth_day": _LIKE_THIS,
    "unknown_label": _OF_THE_LIST,
    "discount_of_card_type": mark("Only a card type gives a discount."),
    "too_many_contacts": mark("At most 10 further contacts."),
    "too_many_tags": mark("At most 20 tags, each of at most 60 characters."),
    "too_many_rows": mark("At most 5000 people at once."),
    "same_member": mark("Choose two entries."),
    "merge_conflict": mark("Both have what one person can have once, like a seat in a session. Cancel one first."),
    "state_already": mark("They are that already."),
    "bad_photo": mark("Use a JPEG, PNG or WebP picture of at most 8 MB."),
    "card_malformed": mark("This number does not make a card."),
    "card_incomplete": _FILL_IN,
}
_OF_CONTRACTS: Final = {
    "freeze_ends_before_start": mark("The freeze ends before it starts."),
    "freeze_too_long": mark("At most two years."),
    "outside_contract": mark("Choose one of the contract's days."),
    "not_longer": mark("Choose a day after the contract's last one, within ten years."),
    "freeze_overlaps": mark("It is frozen on one of these days already."),
    "too_many_freezes": mark("It has as many freezes as there may be."),
    "freeze_over": mark("The freeze is over."),
    "too_far": mark("Choose a day within ten years of today."),
    "renewed_already": mark("It was renewed already."),
    "renews_itself": mark("It goes on by itself. End it first."),
    "plan_not_offered": mark("The plan is not on offer any more."),
    "unknown_plan": _OF_THE_LIST,
    "visits_missing": mark("A visit pack needs its number of visits."),
    "visits_of_recurring": mark("A recurring plan has no number of visits: leave it empty."),
    "instalments_of_recurring": mark("A recurring plan is paid period by period: write 1."),
    "prepayment_of_recurring": mark("A recurring plan is paid period by period: leave it empty."),
    "too_long_months": mark("At most 120 months."),
    "more_than_price": mark("It is part of the price."),
}
_OF_PAYMENTS: Final = {
    "nothing_due": mark("Nothing is due any more."),
    "more_than_due": mark("This is more than is due."),
    "bad_amount": mark("Write an amount like 49.90."),
    "card_number": mark("Leave out the number of the card: it is not kept."),
    "idempotency_reused": mark("This form was sent already. Load the page again."),
    "not_reversible": mark("This payment was taken back already."),
    "too_many_instalments": mark("There are too many unpaid instalments."),
}
_OF_TASKS: Final = {
    "obsolete_default": mark("What is obsolete cannot be the default."),
    "not_closing": mark("Only an outcome that closes can keep the block."),
    "unknown_outcome": _OF_THE_LIST,
    "unknown_type": _OF_THE_LIST,
    "unknown_operator": _OF_THE_LIST,
    "unknown_status": _OF_THE_LIST,
    "bad_moment": mark("Choose a day and a time."),
    "result_missing": _FILL_IN,
    "not_into_overdue": mark("A card is overdue only when its time has passed: give it another time instead."),
    "not_into_unsorted": mark("A card is unsorted only while it has no next step."),
    "bad_phone": mark("Type a telephone number."),
    "not_a_lead": mark("The person is no lead of this branch any more; load the page again."),
    "no_task_type": mark("Add a type of task that does nothing at the gates first, in the settings."),
    "week_is_over": mark("No day of this week comes after tomorrow: choose another column."),
    "task_closed": mark("The task is closed already."),
    "task_keeps_no_block": mark("The task keeps no block."),
    "exchange_name_taken": mark("There is a telephone exchange with this name already."),
    "amount_out_of_range": mark("This is too little or too much."),
    "amount_taken": mark("Another rule about absences has this number of days."),
    "text_missing": _FILL_IN,
    "unknown_placeholder": mark("Only {plan}, {day}, {amount}, {days} and {phone} are filled in."),
    "too_many_tasks": mark("The member has as many open tasks as there may be. Close some first."),
}
_OF_STAFF: Final = {
    "email_taken": mark("Somebody else has this e-mail address."),
    "email_malformed": mark("Write an e-mail address such as anna@club.example."),
    "bad_password": mark("Use 10 to 200 characters."),
    "unknown_role": _OF_THE_LIST,
    "unknown_locale": _OF_THE_LIST,
    "unknown_permission": _OF_THE_LIST,
    "wrong_code": mark("The code is wrong. Type the one that the app shows now."),
    "wrong_old_password": mark("This is not your password."),
    "second_factor_on": mark("The second factor is on already."),
    "passkey_refused": mark("The authenticator's answer cannot be accepted. Try again."),
    "passkey_known": mark("This passkey is known already."),
    "too_many_passkeys": mark("You have 10 passkeys: remove one first."),
    "bad_days": mark("Use 1 to 730 days."),
    "scopes_missing": mark("Choose what the program may do."),
    "last_owner": mark("There is always an owner: make somebody else one first."),
    "owner_everywhere": mark("An owner is owner everywhere: choose “As everywhere” at each club."),
    "owner_role_fixed": mark("The owner may do everything; that cannot be edited."),
    "beyond_own_rights": mark("Only who may do all that they may can do this."),
}
_OF_SESSIONS: Final = {
    "unknown_activity": _OF_THE_LIST,
    "unknown_room": _OF_THE_LIST,
    "unknown_trainer": _OF_THE_LIST,
    "room_taken": mark("Another session is in this room then."),
    "trainer_taken": mark("The trainer has another session then."),
    "seats_missing": mark("Without a room, say how many seats there are."),
    "too_many_sessions": mark("At most 400 sessions at once: choose an earlier last day."),
    "no_such_day": mark("None of these weekdays is in that time."),
    "too_far_ahead": mark("At most ten years ahead."),
    "time_parsing": mark("Use a time like 18:30."),
    "session_cancelled": mark("The session is cancelled."),
    "session_over": mark("The session is over."),
    "session_not_yet": mark("The session is more than a day ahead."),
    "session_full": mark("Every seat is taken. The member can wait for one."),
    "more_booked": mark("More seats than that are taken."),
    "booked_already": mark("The member is in this session already."),
    "booking_already_cancelled": mark("The booking is cancelled already."),
    "booking_attended": mark("The member was there: undo that first."),
    "other_site": mark("The member does not use that club."),
    "waits_already": mark("The member is on the waiting list already."),
    "seats_free": mark("There are free seats: book one."),
    "waiting_list_full": mark("As many as may wait are waiting already."),
}
_OF_PERSONS: Final = {
    "other_name": mark("Type the name as it stands on the card."),
    "erased_already": mark("This person was erased already."),
    "dues_open": mark("Something is still to be paid: settle or cancel it first."),
    "contract_goes_on": mark("A contract goes on by itself: end it first."),
}
_OF_PRIVACY: Final = {
    "unknown_purpose": _OF_THE_LIST,
    "channel_not_covered": mark("The purpose does not cover this way of talking."),
    "nobody_is_asked": mark("Nobody is asked about a purpose on this legal basis."),
    "no_text_yet": mark("The purpose has no text yet that somebody could agree to."),
    "only_spoken": mark("What is only said cannot be proven: take a name or a signature."),
    "proof_missing": mark("Add the scan or photo of the signed paper."),
    "name_missing": mark("Let the person type their name."),
    "day_to_come": mark("Choose today or a day before."),
    "bad_proof": mark("Use a JPEG, PNG or WebP picture, or a PDF of at most 2 MB."),
    "too_many_consents": mark("There are as many decisions as there may be."),
    "unknown_relative": mark("Choose another person."),
    "unknown_payer": _OF_THE_LIST,
    "too_many_relatives": mark("One of them has as many relatives as there may be."),
    "unknown_objection": _OF_THE_LIST,
    "consent_missing": mark("The person has not agreed to this purpose, or objects to it."),
}
_OF_SEARCHES: Final = {
    "schedule_needs_moving": mark("What is scheduled has days that move."),
    "schedule_needs_sharing": mark("What is scheduled is shared."),
    "too_many_searches": mark("You keep as many searches as there may be. Delete some first."),
    "search_unreadable": mark("The list asks for something that cannot be kept. Choose its filters again."),
    "search_not_schedulable": _OF_THE_LIST,
    "weekdays_missing": mark("Choose a day of the week at least."),
    "never_runs": mark("It would never run: choose another day or time."),
    "webhook_address_wrong": mark("Use an address like https://hooks.club.example/in, without a user and a password."),
    "webhook_off": mark("The webhook is switched off."),
}
_OF_SALES: Final = {
    "bad_materials": mark("Write one material a line, like Massage oil: 30 ml."),
    "bad_percent": mark("Write a number from 0 to 100."),
    "only_services": mark("Only a service is rendered, and uses materials up."),
    "unknown_staff": _OF_THE_LIST,
    "sale_cancelled": mark("The sale was taken back already."),
}
_TABLES: Final = (
    _OF_VALUES,
    _OF_RULES,
    _OF_MEMBERS,
    _OF_CONTRACTS,
    _OF_PAYMENTS,
    _OF_TASKS,
    _OF_SALES,
    _OF_SEARCHES,
    _OF_PEOPLE,
    _OF_STAFF,
    _OF_PERSONS,
    _OF_SESSIONS,
    _OF_PRIVACY,
)
_WORDS: Final = {code: text for table in _TABLES for code, text in table.items()}
assert len(_WORDS) == sum(len(table) for table in _TABLES), "a code with two meanings"


def in_words(code: str, words: Words) -> str:
    """The sentence of a code."""
    return words.text(_WORDS.get(code, _OTHER))


def explain(error: Exception, words: Words, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Errors in words by field of the form; `form` is the whole of it.

    Args:
        names: fields that the form calls by another name than the request.
    """
    match error:
        case InUseError():
            return {"form": words.text(_IN_USE, users=", ".join(error.users))}
        case ConflictError():
            return {"form": words.text(_WORDS.get(error.code, _OTHER))}
        case InvalidError():
            text = words.text(_WORDS.get(error.code, _OTHER))
            found = {each.field: text for each in error.errors}
        case ValidationError():
            found = {str(each["loc"][0]): _of_validation(each, words) for each in error.errors()}
        case _:
            raise TypeError(type(error).__name__)
    return {(names or {}).get(field, field): text for field, text in found.items()}


def _of_validation(problem: Mapping[str, Any], words: Words) -> str:
    context = problem.get("ctx", {})
    for key, text in (("ge", _AT_LEAST), ("le", _AT_MOST)):
        if key in context:
            return words.text(text, bound=words.number(context[key]))
    return words.text(_WORDS.get(problem["type"], _OTHER))
