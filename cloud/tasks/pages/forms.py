"""What the forms of tasks share: their choices, and reading them by the club's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud.action_types import service as action_types
from cloud.action_types.pages.terms import named
from cloud.console.languages import mark
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import name_in
from cloud.staff import service as staff
from cloud.tasks import enquiry_statuses
from cloud.tasks.pages import terms

_LINES: Final = ("text", "operator_id", "complete_by", "next_step", "enquiry_status_id", "purpose_id")
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TaskChoices:
    """What a form of a task offers."""

    types: Choices
    operators: Choices
    next_steps: Choices
    statuses: Choices
    purposes: Choices


def choices(session: UnitOfWork, words: Words) -> TaskChoices:
    """The choices; the default type comes first."""
    nobody, nothing = ("", words.text(mark("nobody yet"))), ("", "–")
    return TaskChoices(
        types=[(kind.id, kind.name) for kind in action_types.list_usable(session)],
        operators=[nobody, *((person.id, person.name) for person in staff.list_active(session))],
        next_steps=[nothing, *named(terms.NEXT_STEPS, words)],
        statuses=[nothing, *((status.id, status.name) for status in enquiry_statuses.list_usable(session))],
        purposes=[nothing, *((each.id, name_in(each.names, words.language)) for each in purposes.list_usable(session))],
    )


def read_task(fields: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """What a form says about a task, as the schemas take it; an empty field is nothing."""
    values: dict[str, Any] = {name: fields.get(name) or None for name in _LINES}
    values["text"] = fields.get("text", "")
    if moment := fields.get("next_step_at"):
        try:
            values["next_step_at"] = datetime.fromisoformat(moment).replace(tzinfo=zone)
        except ValueError as error:
            raise invalid_field("next_step_at", "bad_moment", "Use a day and a time.") from error
    else:
        values["next_step_at"] = None
    return values
