"""What the API takes and gives about who a member is: state, contacts, tags."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cloud.kit.text_fields import Line
from cloud.labels.schemas import LabelName
from cloud.members.contacts import CONTACTS_MAX, TAGS_MAX
from cloud.members.schemas import Email, Phone
from cloud.members.states import MemberState


class StateIn(BaseModel):
    """What somebody is from now on, and why."""

    model_config = ConfigDict(extra="forbid")

    state: MemberState
    reason: Annotated[Line, StringConstraints(max_length=200)] = ""


class StateChangeOut(BaseModel):
    """One change of a state; `before` is empty at the beginning."""

    model_config = ConfigDict(from_attributes=True)

    before: str
    after: str
    reason: str
    changed_by: str
    changed_at: datetime


class _EmailContact(BaseModel):
    value: Email


class _PhoneContact(BaseModel):
    value: Phone


class ContactIn(BaseModel):
    """Another telephone or e-mail address."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["phone", "email"]
    value: Annotated[Line, StringConstraints(min_length=3, max_length=254)] = Field(examples=["+39 06 1234567"])
    note: Annotated[Line, StringConstraints(max_length=60)] = Field(default="", examples=["her mother"])

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "ContactIn":
        (_EmailContact if self.kind == "email" else _PhoneContact)(value=self.value)
        return self


class ContactsIn(BaseModel):
    """All contacts besides the first telephone and e-mail address."""

    model_config = ConfigDict(extra="forbid")

    contacts: Annotated[list[ContactIn], Field(max_length=CONTACTS_MAX)]


class ContactOut(BaseModel):
    """A contact."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    value: str
    note: str


class TagsIn(BaseModel):
    """The names of all tags of a member; a new one is added to the list of tags."""

    model_config = ConfigDict(extra="forbid")

    tags: Annotated[list[LabelName], Field(max_length=TAGS_MAX)] = Field(examples=[["vip", "morning"]])
