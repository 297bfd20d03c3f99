"""Every action can be ordered by somebody, and has its words."""

from typing import get_args

import pytest

from cloud.console.command_words import COMMAND_DETAILS, COMMAND_MODES, COMMAND_STATES, COMMANDS
from cloud.gate_commands.policy import PERMISSIONS, CommandKind, CommandState, kind_of
from cloud.staff.policy import permissions_of
from sync_protocol.gate_commands import (
    CollectDiagnostics,
    CommandAction,
    CommandOutcome,
    OpenOnce,
    OrderedMode,
)
from sync_protocol.journal_events import Direction


def test_every_kind_has_a_permission_and_words() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(CommandAction)}
    assert kinds == set(get_args(CommandKind)) == set(PERMISSIONS) == set(COMMANDS)
    assert set(COMMAND_MODES) == set(get_args(OrderedMode))
    assert set(get_args(CommandOutcome)) < set(get_args(CommandState)) == set(COMMAND_STATES)


def test_what_a_gateway_may_find_in_the_way_has_words() -> None:
    conditions = {"busy", "not_ready", "lockdown"}
    assert {f"lane_{condition}" for condition in conditions} < set(COMMAND_DETAILS)


@pytest.mark.parametrize("direction", get_args(Direction))
def test_an_action_says_its_kind(direction: Direction) -> None:
    assert kind_of(OpenOnce(direction)) == "open_once"
    assert kind_of(CollectDiagnostics()) == "collect_diagnostics"


def test_an_administrator_may_order_everything() -> None:
    assert set(PERMISSIONS.values()) <= permissions_of("administrator")
