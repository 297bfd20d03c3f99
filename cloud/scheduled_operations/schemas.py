"""What the API takes and gives about scheduled operations."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.explanations.preview_api import ForeseenOut
from cloud.kit.days import Day
from cloud.kit.text_fields import Line
from cloud.scheduled_operations import policy
from cloud.scheduled_operations.looking import Look
from cloud.scheduled_operations.policy import Fate, Outcome, State
from cloud.tasks.schemas import ItemId, Text

Name = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Weekdays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)]


class OperationChange(BaseModel):
    """What to change of an operation; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(default="-", examples=["Without a certificate"])
    search_id: ItemId = Field(default="-", description="A saved search that is schedulable.")
    action_type_id: ItemId = Field(default="-", description="Of what type its tasks are, with the type's texts.")
    purpose_id: ItemId = Field(default="-", description="For what the people are approached.")
    operator_id: ItemId | None = Field(default=None, description="Who of the staff is in charge of the tasks.")
    text: Text = Field(default="", description="What is to be done, for the operator.")
    days_to_complete: int | None = Field(
        default=0, ge=0, le=policy.DAYS_TO_COMPLETE_MAX, description="0: on the day of the run; null: no day is set."
    )
    is_single: bool = Field(default=False, description="Runs once, on `starts_on`, and is suspended then.")
    minute_of_day: int = Field(
        default=0, ge=0, lt=policy.MINUTES_OF_DAY, description="By the clock of the club: 420 is 07:00."
    )
    weekdays: Weekdays = Field(default=list(policy.WEEK), description="Monday is 1.")
    starts_on: Day = Field(default=date(2026, 1, 1))
    ends_on: Day | None = Field(default=None, description="The last day; null: it goes on.")
    is_active: bool = Field(default=True, description="False: suspended.")


class OperationIn(OperationChange):
    """An operation to plan."""

    name: Name = Field(examples=["Without a certificate"])
    search_id: ItemId = Field(description="A saved search that is schedulable.")
    action_type_id: ItemId = Field(description="Of what type its tasks are, with the type's texts for the turnstile.")
    purpose_id: ItemId = Field(description="For what the people are approached.")
    minute_of_day: int = Field(
        ge=0, lt=policy.MINUTES_OF_DAY, description="By the clock of the club: 420 is 07:00.", examples=[420]
    )
    starts_on: Day


class OperationOut(BaseModel):
    """An operation."""

    id: str = Field(examples=["sop_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    search_id: str
    action_type_id: str
    purpose_id: str
    operator_id: str | None
    text: str
    days_to_complete: int | None
    is_single: bool
    minute_of_day: int
    weekdays: list[int]
    starts_on: date
    ends_on: date | None
    is_active: bool
    state: State = Field(description="over: its last day has passed.")
    next_at: datetime | None = Field(description="When it runs next; null: not any more, or it is suspended.")
    created_at: datetime
    changed_at: datetime


class SkippedOut(BaseModel):
    """Somebody who would get no task."""

    name: str
    fate: Fate


class LookOut(BaseModel):
    """Whom an operation would touch if it ran now; nobody was touched."""

    people: list[ForeseenOut]
    stopped_count: int
    skipped: list[SkippedOut]
    is_too_many: bool = Field(description="More than 500 are found: it would begin nothing.")

    @classmethod
    def of(cls, found: Look) -> Self:
        """A look."""
        return cls(
            people=[ForeseenOut.model_validate(person) for person in found.preview.people],
            stopped_count=len(found.preview.of("stopped")),
            skipped=[SkippedOut(name=name, fate=fate) for name, fate in found.skipped],
            is_too_many=found.is_too_many,
        )


class RunOut(BaseModel):
    """What an operation did on a day."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["sor_06f3v7q8x0k2m4n6p8r0"])
    operation_id: str
    day: date
    outcome: Outcome = Field(
        description="too_many: more than 500 were found; unfit: type or purpose are obsolete; suspended: cut off."
    )
    found: int
    begun: int
    skipped: int
    began_at: datetime
    done_at: datetime | None = Field(description="Null while it goes on, or if it was interrupted until midnight.")


class TouchOut(BaseModel):
    """Somebody whom a run dealt with."""

    model_config = ConfigDict(from_attributes=True)

    member_id: str
    fate: Fate = Field(
        description="begun; still_open: that of an earlier day acts still; full: as many tasks as there may be; "
        "unwilling: they may not be approached for the purpose."
    )
    task_id: str | None
