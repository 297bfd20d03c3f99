"""Who may order what at a lane, how long an order is good, and how long its answer may take. No I/O."""

from datetime import timedelta
from typing import Final, Literal

import msgspec

from cloud.staff.policy import Permission
from sync_protocol.gate_commands import CommandAction

CommandKind = Literal[
    "open_once",
    "lane_mode",
    "evacuation_end",
    "identify",
    "restart",
    "collect_diagnostics",
    "move_broker",
    "update_software",
]
CommandState = Literal["asked", "sent", "done", "refused", "missed", "failed"]

PERMISSIONS: Final[dict[CommandKind, Permission]] = {
    "open_once": "lanes.open",
    "lane_mode": "lanes.command",
    "evacuation_end": "lanes.command",
    "identify": "gateways.service",
    "restart": "gateways.service",
    "collect_diagnostics": "gateways.service",
    "move_broker": "gateways.service",
    "update_software": "gateways.service",
}
LIFE: Final = timedelta(seconds=10)
"""Nobody waits longer at a gate; later it would open for somebody else."""
ANSWER_WITHIN: Final = timedelta(seconds=5)
DIAGNOSTICS_WITHIN: Final = timedelta(minutes=3)
MOVE_WITHIN: Final = timedelta(minutes=3)
"""A minute at the new broker, perhaps as long behind diagnostics, and the way back."""
UPDATE_WITHIN: Final = timedelta(minutes=30)
"""To fetch the release, make it, test it, and see it through its trial; one that takes longer is believed after all."""
_LONG_ANSWERS: Final = {
    "collect_diagnostics": DIAGNOSTICS_WITHIN,
    "move_broker": MOVE_WITHIN,
    "update_software": UPDATE_WITHIN,
}
OPEN_STATES: Final = ("asked", "sent")


def answer_time(kind: str) -> timedelta:
    """How long after its end an order may still be answered."""
    return _LONG_ANSWERS.get(kind, ANSWER_WITHIN)


def kind_of(action: CommandAction) -> CommandKind:
    """The kind of an action: its tag on the wire."""
    kind: CommandKind = msgspec.to_builtins(action)["do"]
    return kind
