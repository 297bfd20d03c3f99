"""What the API takes and gives about sessions."""

from datetime import UTC, datetime, time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cloud.class_sessions import policy
from cloud.class_sessions.service import Scope
from cloud.kit.days import Day, Instant
from cloud.kit.text_fields import Line
from cloud.rooms.schemas import Seats

Id = Annotated[Line, StringConstraints(min_length=1, max_length=24)]
Minutes = Annotated[int, Field(ge=1, le=policy.MINUTES_MAX)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class SessionIn(BaseModel):
    """A session to plan, or one a week from `first_on` to `last_on`; days and time are the club's."""

    model_config = ConfigDict(extra="forbid")

    activity_id: Id
    room_id: Id | None = None
    trainer_id: Id | None = None
    seats: Seats | None = Field(default=None, description="Null: as many as the room has.")
    first_on: Day = Field(examples=["2026-11-23"])
    last_on: Day | None = Field(default=None, description="Null: only on the first day.")
    starts: time = Field(examples=["18:00"])
    minutes: Minutes = Field(examples=[60])
    weekdays: list[Weekday] = Field(default=[], max_length=7, description="Monday is 0; none: that of the first day.")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.last_on is not None and self.last_on < self.first_on:
            raise ValueError("last_on: must not be before first_on")
        if self.starts.tzinfo is not None:
            raise ValueError("starts: is on the club's clock, without a zone")
        return self


class SessionChange(BaseModel):
    """What to change of a session; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    activity_id: Id = "-"
    room_id: Id | None = None
    trainer_id: Id | None = None
    seats: Seats = 1
    starts_at: Instant = datetime(2000, 1, 1, tzinfo=UTC)
    minutes: Minutes = 60
    scope: Scope = Field(default="one", description="`following`: the later ones of its series, too.")


class SessionOut(BaseModel):
    """A session with what is taken of it; `cancelled_at` null: it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["cls_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    activity_id: str
    room_id: str | None
    zone_id: str | None
    trainer_id: str | None
    seats: int
    starts_at: datetime
    ends_at: datetime
    series_id: str | None
    cancelled_at: datetime | None


class SessionsPlanned(BaseModel):
    """What was planned, the earliest first."""

    items: list[SessionOut]
