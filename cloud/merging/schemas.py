"""What the API takes and gives about people who are there twice."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.members.schemas import MemberOut
from cloud.merging.service import FIELDS

TakenField = Literal[
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_on",
    "sex",
    "locale",
    "card_type_id",
    "source_id",
    "reason_id",
]


class DuplicatesOut(BaseModel):
    """People with something in common that only one person should have, the oldest entry first."""

    cause: str = Field(description="phone, email or name (with the birth date)")
    value: str
    people: list[MemberOut]
    is_family: bool = Field(description="Each is linked with another of them: then a telephone in common is usual.")


class MergeIn(BaseModel):
    """The entry that becomes a part of the member, and in what it is right."""

    model_config = ConfigDict(extra="forbid")

    old_id: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    taken: Annotated[list[TakenField], Field(max_length=len(FIELDS))] = Field(
        default=[], description="Fields of the old entry that are right; what only one of them knows is kept anyway."
    )


class MergedOut(BaseModel):
    """An entry that became a part of the member."""

    model_config = ConfigDict(from_attributes=True)

    old_id: str
    member_id: str
    old_name: str
    merged_by: str
    merged_at: datetime
