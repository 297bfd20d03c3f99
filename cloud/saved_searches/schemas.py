"""What the API takes and gives about saved searches."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line, Lines
from cloud.saved_searches.criteria import Criteria, Dates, Kind

Name = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Description = Annotated[Lines, StringConstraints(max_length=500)]
_EXAMPLE = {"kind": "tasks", "state": "closed", "outcome_id": "out_06f3v7q8x0k2m4n6p8r0", "closed_from": -7}


class SearchIn(BaseModel):
    """A search to keep."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Without a certificate, a week ago"])
    description: Description = ""
    criteria: Criteria = Field(examples=[_EXAMPLE])
    dates: Dates = Field(
        default="moving",
        description="none: days are left out; fixed: kept as they are; moving: kept as days from the day it is run.",
    )
    is_shared: bool = Field(default=False, description="Everybody of the staff sees it, and whom they may see with it.")
    is_schedulable: bool = Field(default=False, description="Scheduled operations may run on it.")


class SearchChange(BaseModel):
    """What to change of a search; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = "-"
    description: Description = ""
    criteria: Criteria | None = Field(default=None, description="All of them, of the same kind.")
    dates: Dates = "moving"
    is_shared: bool = False
    is_schedulable: bool = False


class SearchOut(BaseModel):
    """A search."""

    id: str = Field(examples=["sav_06f3v7q8x0k2m4n6p8r0"])
    name: str
    description: str
    kind: Kind
    criteria: Criteria
    criteria_today: Criteria = Field(description="The same with the days that they stand for today.")
    today: date
    dates: Dates
    is_shared: bool
    is_schedulable: bool
    owner_id: str
    created_at: datetime
    changed_at: datetime


class CountOut(BaseModel):
    """How many members a search finds now."""

    today: date
    count: int
