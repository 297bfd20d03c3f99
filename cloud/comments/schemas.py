"""What the API takes and gives about comments."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.comments.service import TEXT_CHARACTERS_MAX
from cloud.kit.text_fields import Lines


class CommentIn(BaseModel):
    """What there is to say."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Lines, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS_MAX)] = Field(
        examples=["Would like to train with Ivo in the morning."]
    )


class CommentOut(BaseModel):
    """A comment about a member."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["cmt_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    text: str
    written_by: str
    written_at: datetime
