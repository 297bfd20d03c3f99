"""What may be looked for, and its days: fixed ones, or so many days from the day on which it is looked. Pure."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from cloud.balances.holders import Figure
from cloud.kit.days import Day
from cloud.kit.text_fields import Line
from cloud.members.schemas import CardStatus, Sex
from cloud.members.states import MemberState
from cloud.tasks.policy import State
from cloud.tasks.schemas import ItemId

Kind = Literal["members", "holders", "tasks"]
Dates = Literal["none", "fixed", "moving"]
"""Days are not kept; kept as they are; or kept as their distance from the day on which it is looked."""

OFFSET_DAYS_MAX: Final = 3660
ABSENT_DAYS_MAX: Final = 730

SearchDay = Annotated[int, Field(strict=True, ge=-OFFSET_DAYS_MAX, le=OFFSET_DAYS_MAX)] | Day
"""A day, or so many days after today (before it: negative)."""
Words = Annotated[Line, StringConstraints(max_length=200)]
AbsentDays = Annotated[int, Field(ge=1, le=ABSENT_DAYS_MAX)]


class _Criteria(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: ClassVar[tuple[str, ...]] = ()


class MemberCriteria(_Criteria):
    """As the list of members is narrowed, and who stays away; birthdays count whatever their year."""

    days: ClassVar[tuple[str, ...]] = ("birthday_from", "birthday_to")

    kind: Literal["members"]
    query: Words = Field(default="", description="Any part of names, e-mail address, telephone or card number.")
    state: MemberState | None = None
    site_id: ItemId | None = Field(default=None, description="A branch that they use, at home there or not.")
    sex: Sex | None = None
    tag_id: ItemId | None = None
    card_type_id: ItemId | None = None
    card_status: CardStatus | None = None
    source_id: ItemId | None = None
    reason_id: ItemId | None = None
    is_black_listed: bool | None = None
    willing_for: ItemId | None = Field(default=None, description="A purpose for which they may be approached.")
    unwilling_for: ItemId | None = Field(default=None, description="A purpose for which they may not be approached.")
    birthday_from: SearchDay | None = Field(default=None, description="A day, or days from today: 0 is today.")
    birthday_to: SearchDay | None = None
    absent_days: AbsentDays | None = Field(
        default=None, description="A contract runs, and they neither came nor booked nor bought for so many days."
    )
    absent_days_max: AbsentDays | None = Field(default=None, description="And for no longer than so many.")


class HolderCriteria(_Criteria):
    """As the list of balances is narrowed."""

    kind: Literal["holders"]
    site_id: ItemId
    figure: Figure
    lessons_left: int | None = Field(default=None, ge=0, le=100_000)


class TaskCriteria(_Criteria):
    """As the list of tasks is narrowed; it finds the members whom the tasks are about."""

    days: ClassVar[tuple[str, ...]] = ("closed_from", "closed_to")

    kind: Literal["tasks"]
    search: Words = Field(default="", description="Looks for the member.")
    state: State | None = "closed"
    operator_id: ItemId | None = Field(default=None, description="Null: whoever was in charge.")
    action_type_id: ItemId | None = None
    outcome_id: ItemId | None = None
    closed_from: SearchDay | None = Field(default=None, description="A day, or days from today: -7 is a week ago.")
    closed_to: SearchDay | None = Field(default=None, description="Included.")


Criteria = Annotated[MemberCriteria | HolderCriteria | TaskCriteria, Field(discriminator="kind")]
CRITERIA: Final[TypeAdapter[MemberCriteria | HolderCriteria | TaskCriteria]] = TypeAdapter(Criteria)

C = TypeVar("C", bound=_Criteria)


def day_on(day: int | date, today: date) -> date:
    """The day itself."""
    return today + timedelta(days=day) if isinstance(day, int) else day


def kept_as(criteria: C, dates: Dates, today: date) -> C:
    """The criteria with their days as they are to be kept, when they are kept today."""
    kept: dict[str, int | date | None] = {}
    for name in criteria.days:
        day: int | date | None = getattr(criteria, name)
        if day is None or dates == "none":
            kept[name] = None
        elif dates == "fixed":
            kept[name] = day_on(day, today)
        else:
            kept[name] = day if isinstance(day, int) else (day - today).days
    return criteria.model_copy(update=kept)


def is_too_far(criteria: _Criteria) -> bool:
    """Whether a day that moves is more than ten years from the day on which it is looked."""
    moving = (getattr(criteria, name) for name in criteria.days)
    return any(isinstance(day, int) and abs(day) > OFFSET_DAYS_MAX for day in moving)


def on(criteria: C, today: date) -> C:
    """The criteria with the days that they stand for today."""
    return kept_as(criteria, "fixed", today)
