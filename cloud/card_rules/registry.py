"""Who finds the causes of each rule, and who knows when they are over."""

from collections.abc import Mapping
from typing import Final

from cloud.card_rules.absence_causes import find_absent, judge_absent
from cloud.card_rules.caller_causes import judge_caller
from cloud.card_rules.causes import Finder, Judge
from cloud.card_rules.charge_causes import find_failed, judge_failed
from cloud.card_rules.contract_causes import (
    find_ending,
    find_ending_with_debt,
    find_unpaid,
    judge_debt,
    judge_ending,
    judge_unpaid,
)
from cloud.card_rules.policy import RuleKey

FINDERS: Final[Mapping[RuleKey, Finder]] = {
    "contract_ending": find_ending,
    "debt_before_end": find_ending_with_debt,
    "charge_failed": find_failed,
    "contract_unpaid": find_unpaid,
    "absent_first": find_absent,
    "absent_second": find_absent,
    "absent_third": find_absent,
}
"""Rules that the worker looks after; what comes in at once has no finder."""
JUDGES: Final[Mapping[RuleKey, Judge]] = {
    "contract_ending": judge_ending,
    "debt_before_end": judge_debt,
    "charge_failed": judge_failed,
    "contract_unpaid": judge_unpaid,
    "absent_first": judge_absent,
    "absent_second": judge_absent,
    "absent_third": judge_absent,
    "unknown_caller": judge_caller,
}
