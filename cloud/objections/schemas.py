"""What the API takes and gives about objections."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line, Lines
from cloud.objections.service import ANSWER_CHARACTERS_MAX, NAME_CHARACTERS_MAX, OBJECTIONS_MAX
from cloud.tasks.policy import COMMENT_CHARACTERS_MAX

ItemId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]


class ObjectionIn(BaseModel):
    """An objection to add."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=NAME_CHARACTERS_MAX)] = Field(
        examples=["Too expensive"]
    )
    answer: Annotated[Lines, StringConstraints(max_length=ANSWER_CHARACTERS_MAX)] = Field(
        default="", description="What may be answered."
    )
    is_obsolete: bool = Field(default=False, description="Kept for the history; chosen no more.")


class ObjectionChange(ObjectionIn):
    """What to change of an objection; what is left out stays."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=NAME_CHARACTERS_MAX)] = "-"


class ObjectionOut(BaseModel):
    """An objection."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["obj_06f3v7q8x0k2m4n6p8r0"])
    name: str
    answer: str
    is_obsolete: bool


class ObjectionsIn(BaseModel):
    """What stands in the way in a task."""

    model_config = ConfigDict(extra="forbid")

    objection_ids: list[ItemId] = Field(max_length=OBJECTIONS_MAX)
    operator_id: ItemId | None = Field(default=None, description="To whom of the staff the task is passed on.")
    text: Annotated[Lines, StringConstraints(max_length=COMMENT_CHARACTERS_MAX)] = Field(
        default="", description="A comment for them."
    )
