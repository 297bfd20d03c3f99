"""What the API takes and gives about labels."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line
from cloud.labels.service import NAME_CHARACTERS_MAX, LabelKind

LabelName = Annotated[Line, StringConstraints(min_length=1, max_length=NAME_CHARACTERS_MAX)]


class LabelIn(BaseModel):
    """A tag, card type, advertising source or reason for contact to add."""

    model_config = ConfigDict(extra="forbid")

    kind: LabelKind
    name: LabelName = Field(examples=["Gold"])
    discount_percent: int = Field(default=0, ge=0, le=100, description="Of card types.")
    is_obsolete: bool = Field(default=False, description="Given to nobody any more.")


class LabelChange(BaseModel):
    """What to change of a label; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: LabelName = "-"
    discount_percent: int = Field(default=0, ge=0, le=100)
    is_obsolete: bool = False


class LabelOut(BaseModel):
    """A label."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["lbl_06f3v7q8x0k2m4n6p8r0"])
    kind: str
    name: str
    discount_percent: int
    is_obsolete: bool
    link_code: str | None = Field(description="Of sources: what a link in an advertisement names it by.")
