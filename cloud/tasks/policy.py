"""What a task may hold, and what it does at the gate. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from babel.dates import format_date

from cloud.action_types.models import ActionType
from cloud.action_types.policy import fill
from cloud.action_types.service import ActionTypeDetails
from cloud.members.models import Member
from cloud.privacy_purposes.policy import CHANNELS, Channel
from cloud.tasks.models import Task

NextStep = Channel
EntryKind = Literal["created", "changed", "commented", "outcome", "closed", "lifted", "ended", "again"]
State = Literal["open", "closed", "acting"]
"""Open; closed; or acting at the gate, open or not."""

NEXT_STEPS: Final = CHANNELS
OPEN_MAX: Final = 50
"""A member has at most so many tasks that are open or act at the gate, so that a gateway's rows stay small."""
BULK_MAX: Final = 500
"""Tasks of one bulk: one transaction."""
TEXT_CHARACTERS_MAX: Final = 2000
COMMENT_CHARACTERS_MAX: Final = 4000


@dataclass(frozen=True, slots=True)
class GateAction:
    """What a task does at the gate: `effect` is a flag's, `texts` are ready to show."""

    effect: Literal["message", "block"]
    device_kinds: tuple[str, ...]
    texts: Mapping[str, str]


def gate_action(
    action_type: ActionType | ActionTypeDetails, member: Member, complete_by: date | None
) -> GateAction | None:
    """What an open task of the type does at the gate for this member; None: nothing."""
    if action_type.action_at_access == "none":
        return None
    texts = {
        language: fill(
            text,
            {
                "first_name": member.first_name or member.last_name,
                "last_name": member.last_name,
                "complete_by": "" if complete_by is None else format_date(complete_by, "short", locale=language),
            },
        )
        for language, text in action_type.texts.items()
    }
    effect: Literal["message", "block"] = "block" if action_type.action_at_access == "message_and_block" else "message"
    return GateAction(effect, tuple(action_type.device_kinds), {key: text for key, text in texts.items() if text})


def is_acting(task: Task) -> bool:
    """Whether the task acts at the gate, if its type does anything there."""
    return task.closed_at is None or task.keeps_block
