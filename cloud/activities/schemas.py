"""What the API takes and gives about activities."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.action_types.policy import Colour
from cloud.kit.text_fields import Line


class ActivityIn(BaseModel):
    """An activity to add."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = Field(examples=["Pilates"])
    colour: Colour = "blue"
    is_obsolete: bool = Field(default=False, description="Kept for the history; no session of it is planned any more.")


class ActivityChange(ActivityIn):
    """What to change of an activity; what is left out stays."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = "-"


class ActivityOut(BaseModel):
    """An activity."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["atv_06f3v7q8x0k2m4n6p8r0"])
    name: str
    colour: str
    is_obsolete: bool
