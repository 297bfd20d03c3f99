"""What the API takes and gives about families."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.family.policy import Kind
from cloud.family.service import Relative

MemberId = Annotated[str, StringConstraints(min_length=1, max_length=24)]


class FamilyLinkIn(BaseModel):
    """What the relative is to the member."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(description="What the relative is to the member; the other side follows.")
    payer_id: MemberId | None = Field(default=None, description="Which of the two pays for the other.")


class RelativeOut(BaseModel):
    """A relative of a member."""

    relative_id: str
    name: str
    kind: str
    payer_id: str | None

    @classmethod
    def of(cls, relative: Relative) -> Self:
        """A relative."""
        link = relative.link
        return cls(relative_id=link.relative_id, name=relative.person.name, kind=link.kind, payer_id=link.payer_id)
