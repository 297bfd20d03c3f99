"""What becomes of each table's rows when a person is erased: the one list of where a person is kept.

A table that belongs to a person and is not here fails a test, so that none can be added without a word on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNNAMED: Final = "—"


@dataclass(frozen=True, slots=True)
class Gone:
    """The rows are deleted."""

    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows stay, with these columns overwritten. `why` says what they are kept for.

    `hidden` are columns that say nothing about the person, or nothing that can be read: they are not exported.
    """

    why: str
    emptied: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


_ACCOUNTING: Final = "accounting"
_HISTORY: Final = "access history"
TREATMENTS: Final[Mapping[str, Gone | Kept]] = {
    "member": Kept(
        "the row to which accounting and access history point",
        {
            "first_name": UNNAMED,
            "last_name": "",
            "email": None,
            "phone": None,
            "birth_on": None,
            "note": "",
            "role": "member",
            "state": "former",
            "sex": None,
            "card_type_id": None,
            "card_status": "",
            "source_id": None,
            "reason_id": None,
            "certificate_until": None,
            "black_listed_at": None,
            "black_list_reason": "",
            "forgiven_at": None,
            "card_numbers": "",
            "sort_name": UNNAMED,
            "search_text": "",
        },
        hidden=frozenset({"sort_name", "search_text"}),
    ),
    "erasure": Kept("that there was one"),
    "member_contact": Gone(),
    "merged_member": Kept("that an old id leads to the row", {"old_name": ""}),
    "member_photo": Gone(),
    "member_site": Gone(),
    "member_state_change": Gone(),
    "member_tag": Gone(),
    "credential": Gone(hidden=frozenset({"pin_hashes"})),
    "flag": Gone(),
    "operation_touch": Gone(),
    "task": Gone(),
    "task_entry": Gone(),
    "task_objection": Gone(),
    "card": Gone(),
    "comment": Gone(),
    "phone_call": Gone(),
    "family_link": Gone(),
    "consent": Gone(),
    "consent_proof": Gone(),
    "waiting_entry": Gone(),
    "whereabouts": Gone(),
    "last_activity": Gone(),
    "booking": Kept("how full the sessions were"),
    "contract": Kept(_ACCOUNTING),
    "freeze": Kept(_ACCOUNTING, {"reason": ""}),
    "instalment": Kept(_ACCOUNTING),
    "charge": Kept(_ACCOUNTING, {"failure": "", "reversal_reason": ""}),
    "sale": Kept(_ACCOUNTING, {"cancel_reason": ""}),
    "sale_line": Kept(_ACCOUNTING),
    "access_event": Kept(
        _HISTORY, {"text": ""}, hidden=frozenset({"body", "monotonic_ms", "boot_id", "journal_epoch"})
    ),
    "alarm": Kept(_HISTORY),
    "desired_row": Kept("that the gateways are told to forget", hidden=frozenset({"body"})),
    "past_row": Gone(hidden=frozenset({"body"})),
}
WAYS: Final[Mapping[str, tuple[str, str]]] = {
    "consent_proof": ("consent_id", "consent"),
    "task_objection": ("task_id", "task"),
    "freeze": ("contract_id", "contract"),
    "charge": ("instalment_id", "instalment"),
    "sale_line": ("sale_id", "sale"),
}
"""Tables that name no member: the column, and the table of the person that it points to."""
ALSO_NAMED_IN: Final[Mapping[str, str]] = {"family_link": "relative_id"}
"""Tables that name two people: the column of the other one."""
REASONED: Final = frozenset({"charge.fail", "charge.reverse", "sale.cancel"})
"""Acts on what is in `TOLD_OF` of which the audit log has somebody's own words; it keeps that they were, not what."""
TOLD_OF: Final = frozenset({"instalment", "charge", "sale"})
"""What the audit log goes on telling about: amounts and when they were paid. Of all else it keeps that, not what."""
