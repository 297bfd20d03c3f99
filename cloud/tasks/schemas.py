"""What the API takes and gives about tasks."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.action_types.policy import StateClass
from cloud.kit.days import Day, Instant
from cloud.kit.text_fields import Line, Lines
from cloud.tasks import policy
from cloud.tasks.enquiry_statuses import POSITION_MAX
from cloud.tasks.policy import NextStep, State
from cloud.tasks.task_templates import DAYS_MAX

ItemId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]
Text = Annotated[Lines, StringConstraints(max_length=policy.TEXT_CHARACTERS_MAX)]
Said = Annotated[Lines, StringConstraints(min_length=1, max_length=policy.COMMENT_CHARACTERS_MAX)]


class TaskQuery(BaseModel):
    """Which tasks a list wants; what is left out may be whatever."""

    member_id: ItemId | None = None
    operator_id: ItemId | None = None
    action_type_id: ItemId | None = None
    outcome_id: ItemId | None = None
    state_class: StateClass | None = None
    enquiry_status_id: ItemId | None = None
    site_id: ItemId | None = None
    state: State | None = Field(default=None, description="`acting`: open, or closed in a way that keeps the block.")
    due_before: Day | None = Field(default=None, description="Excluded.")
    closed_from: Instant | None = None
    closed_before: Instant | None = Field(default=None, description="Excluded.")
    search: Annotated[Line, StringConstraints(max_length=200)] = Field(default="", description="Looks for the member.")


class TaskChange(BaseModel):
    """What to change of a task; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    text: Text = Field(default="", description="What is to be done, for the operator.")
    operator_id: ItemId | None = Field(default=None, description="Who of the staff is in charge.")
    complete_by: Day | None = Field(default=None, description="A day of the member's club.")
    next_step: NextStep | None = None
    next_step_at: Instant | None = Field(default=None, examples=["2026-11-24T10:00:00+01:00"])
    enquiry_status_id: ItemId | None = None
    purpose_id: ItemId | None = Field(default=None, description="For what the person is approached.")


class TaskIn(TaskChange):
    """A task to begin."""

    action_type_id: ItemId


class BulkIn(TaskIn):
    """The same task about several members."""

    member_ids: list[ItemId] = Field(min_length=1, max_length=policy.BULK_MAX)
    purpose_id: ItemId = Field(description="For what the people are approached.")


class OutcomeChoice(BaseModel):
    """How a task stands."""

    model_config = ConfigDict(extra="forbid")

    outcome_id: ItemId


class ClosingIn(BaseModel):
    """How a task ends."""

    model_config = ConfigDict(extra="forbid")

    outcome_id: ItemId | None = Field(default=None, description="Null only where the type has no outcome that closes.")
    result: Said = Field(examples=["Renewed for a year."])
    next_task: TaskIn | None = Field(default=None, description="What is to be done next about the same member.")


class CommentIn(BaseModel):
    """Something to say about a task."""

    model_config = ConfigDict(extra="forbid")

    text: Said


class TaskOut(BaseModel):
    """A task."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["tsk_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    action_type_id: str
    operator_id: str | None
    text: str
    complete_by: date | None
    next_step: str | None
    next_step_at: datetime | None
    enquiry_status_id: str | None
    outcome_id: str | None
    purpose_id: str | None
    result: str
    keeps_block: bool = Field(description="It is closed, and acts at the gate until it is lifted.")
    created_by: str | None = Field(description="Null: the service itself.")
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class ClosedOut(BaseModel):
    """A closed task and the one that follows it."""

    task: TaskOut
    next_task: TaskOut | None


class BulkOut(BaseModel):
    """What became of a bulk."""

    tasks: list[TaskOut]
    full_member_ids: list[str] = Field(description="Who was left out: they have as many open tasks as they may.")
    unwilling_member_ids: list[str] = Field(
        description="Who was left out: they have not agreed to the purpose, or object to it."
    )


class EntryOut(BaseModel):
    """A line of the history."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["ten_06f3v7q8x0k2m4n6p8r0"])
    task_id: str
    member_id: str
    kind: str
    text: str
    changes: dict[str, Any]
    written_by: str | None
    written_at: datetime


class EnquiryStatusIn(BaseModel):
    """An enquiry status to add."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = Field(examples=["Offer sent"])
    position: int = Field(default=0, ge=0, le=POSITION_MAX, description="The lower comes first.")
    is_obsolete: bool = False


class EnquiryStatusChange(EnquiryStatusIn):
    """What to change of a status; what is left out stays."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = "-"


class EnquiryStatusOut(BaseModel):
    """An enquiry status."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["enq_06f3v7q8x0k2m4n6p8r0"])
    name: str
    position: int
    is_obsolete: bool


class TemplateIn(BaseModel):
    """A task to keep as a template."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = Field(examples=["Monthly check"])
    action_type_id: ItemId
    operator_id: ItemId | None = None
    text: Text = ""
    days_to_complete: int | None = Field(default=None, ge=0, le=DAYS_MAX)
    purpose_id: ItemId | None = None


class TemplateOut(BaseModel):
    """A template."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["ttm_06f3v7q8x0k2m4n6p8r0"])
    name: str
    action_type_id: str
    operator_id: str | None
    text: str
    days_to_complete: int | None
    purpose_id: str | None
