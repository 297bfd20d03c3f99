"""How staff call the rules, and what a card of each says unless the club writes something else."""

from collections.abc import Mapping
from typing import Final

from cloud.card_rules.policy import RuleKey
from cloud.console.languages import mark

ADDRESS: Final = "/settings/cards"
_ABSENT: Final = mark("A member stays away")
_SAY_ABSENT: Final = mark("Not seen for {days} days, since {day}. Call, and offer a session.")
NAMES: Final[Mapping[RuleKey, str]] = {
    "contract_ending": mark("A contract with a fixed end is about to end"),
    "debt_before_end": mark("A recurring contract ends with a debt"),
    "charge_failed": mark("A charge for a recurring contract failed"),
    "contract_unpaid": mark("A new contract is not paid"),
    "absent_first": _ABSENT,
    "absent_second": _ABSENT,
    "absent_third": _ABSENT,
    "unknown_caller": mark("Somebody calls whom nobody knows"),
}
TEXTS: Final[Mapping[RuleKey, str]] = {
    "contract_ending": mark("{plan} ends on {day}. Call, and offer a renewal."),
    "debt_before_end": mark("{plan} ends on {day} with {amount} unpaid. Tell them, offer to pay and to go on."),
    "charge_failed": mark("{amount} for {plan} could not be collected. Call, and ask for another way to pay."),
    "contract_unpaid": mark("{plan} was sold, and {amount} are not paid. Ask what went wrong."),
    "absent_first": _SAY_ABSENT,
    "absent_second": _SAY_ABSENT,
    "absent_third": _SAY_ABSENT,
    "unknown_caller": mark("Called from {phone}. Call back, and ask what they are looking for."),
}
AMOUNTS: Final[Mapping[RuleKey, str]] = {
    "contract_ending": mark("Days before the end"),
    "debt_before_end": mark("Days before the end"),
    "charge_failed": mark("Minutes to wait"),
    "contract_unpaid": mark("Minutes to wait"),
    "absent_first": mark("Days of absence"),
    "absent_second": mark("Days of absence"),
    "absent_third": mark("Days of absence"),
}
