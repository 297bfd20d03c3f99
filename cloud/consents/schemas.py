"""What the API takes and gives about people's decisions."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.days import Day
from cloud.kit.text_fields import Line
from cloud.privacy_purposes.policy import How


class ConsentIn(BaseModel):
    """What somebody decided about a purpose."""

    model_config = ConfigDict(extra="forbid")

    purpose_id: Annotated[Line, StringConstraints(min_length=1, max_length=24)]
    is_given: bool = Field(description="False: they refuse, or take back what they agreed to.")
    how: How
    typed_name: Annotated[Line, StringConstraints(max_length=201)] = Field(
        default="", description="What they typed themselves; an agreement at the desk needs it."
    )
    decided_on: Day | None = Field(default=None, description="The day on which they decided; null: today.")
    proof: Base64Bytes = Field(
        default=b"", description="A picture, or a PDF of at most 2 MB, in Base64; an agreement on paper needs it."
    )


class ConsentOut(BaseModel):
    """What somebody decided."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["cns_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    purpose_id: str
    text_id: str | None = Field(description="The version of the text that they read.")
    decision: str
    how: str
    typed_name: str
    decided_on: date
    noted_by: str
    noted_at: datetime


class StandingOut(BaseModel):
    """Where somebody stands with a purpose."""

    purpose_id: str
    standing: str = Field(description="given, outdated, refused, withdrawn, not_asked or not_needed")
    may_approach: bool
    consent_id: str | None = Field(description="The decision that counts.")
