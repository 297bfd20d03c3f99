"""What the API gives about the time line."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cloud.past import KINDS, Kind


class LineQuery(BaseModel):
    """Which lines, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[list[Kind], Field(max_length=len(KINDS))] = Field(default=[], description="Only these; none: all.")
    after: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="The `next` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)] = Field(
        default=PAGE_SIZE_DEFAULT, description="How many items at most."
    )


class LineOut(BaseModel):
    """One thing that happened with a member; `what` names it within the kind, `text` and `facts` fill it in."""

    id: str
    at: datetime
    kind: Kind
    what: str = Field(examples=["entered"])
    who: str = Field(description="An id of the staff; empty: the member, a gateway or the service itself.")
    who_name: str
    text: str
    subject: str = Field(description="The id of what it is about, e.g. a task.")
    facts: dict[str, Any]
