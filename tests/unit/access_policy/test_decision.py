"""A decision says for itself whether the gate opens."""

import pytest

from access_policy.decision import Decision, Outcome, Reason, Rule


@pytest.mark.parametrize(("outcome", "is_granted"), [("allow", True), ("message", True), ("block", False)])
def test_only_a_block_keeps_the_gate_closed(outcome: Outcome, is_granted: bool) -> None:
    assert Decision(outcome, Reason.GRANTED, Rule.CONTRACT, 1).is_granted is is_granted
