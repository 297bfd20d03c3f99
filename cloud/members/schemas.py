"""What the API takes and gives about members."""

import re
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line, Lines
from cloud.members.states import MemberState

_TELEPHONE: Final = re.compile(r"[+\d][\d ()./\-]{2,39}")


def _email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (local and at and "." in domain.strip(".")) or " " in value:
        raise PydanticCustomError("bad_email", "must be an e-mail address such as anna@example.org")
    return value


def _birth_day(value: date) -> date:
    if value.year < 1900:
        raise PydanticCustomError("bad_birth_day", "must not be before 1900")
    return value


def _phone(value: str) -> str:
    if not _TELEPHONE.fullmatch(value):
        raise PydanticCustomError("bad_telephone", "must be a telephone number such as +39 333 123 4567")
    return value


Name = Annotated[Line, StringConstraints(max_length=100)]
Email = Annotated[Line, StringConstraints(max_length=254), AfterValidator(_email)]
Phone = Annotated[Line, StringConstraints(max_length=40), AfterValidator(_phone)]
BirthDay = Annotated[date, AfterValidator(_birth_day)]
LabelId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]
Sex = Literal["female", "male"]
CardStatus = Literal["active", "suspended"]


class MemberIn(BaseModel):
    """A new member."""

    model_config = ConfigDict(extra="forbid")

    site_id: Annotated[Line, Field(max_length=24, examples=["sit_06f3v7q8x0k2m4n6p8r0"])]
    first_name: Annotated[Name, Field(min_length=1, examples=["Niccolò"])]
    last_name: Name = ""
    locale: Language = Field(default="en", description="The language of the turnstile's display for this member.")
    email: Email | None = None
    phone: Phone | None = Field(
        default=None, description="In any writing; kept as E.164.", examples=["+39 333 123 4567"]
    )
    birth_on: BirthDay | None = None
    note: Lines = ""
    state: MemberState = Field(default="client", description="A lead becomes a client with the first contract.")
    sex: Sex | None = None
    card_type_id: LabelId | None = Field(default=None, description="A label of kind card_type.")
    card_status: CardStatus | Literal[""] = Field(default="", description="Empty without a card type.")
    source_id: LabelId | None = Field(default=None, description="A label of kind source.")
    reason_id: LabelId | None = Field(default=None, description="A label of kind reason.")


class MemberChange(BaseModel):
    """What to change of a member; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    first_name: Annotated[Name, Field(min_length=1)] = ""
    last_name: Name = ""
    locale: Language = "en"
    email: Email | None = None
    phone: Phone | None = None
    birth_on: BirthDay | None = None
    note: Lines = ""
    sex: Sex | None = None
    card_type_id: LabelId | None = None
    card_status: CardStatus | Literal[""] = ""
    source_id: LabelId | None = None
    reason_id: LabelId | None = None


class MemberOut(BaseModel):
    """A member."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["mem_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    first_name: str
    last_name: str
    locale: str
    email: str | None
    phone: str | None
    birth_on: date | None
    note: str
    state: str = Field(description="lead, client or former")
    sex: str | None
    card_type_id: str | None
    card_status: str
    source_id: str | None
    reason_id: str | None
    role: str = Field(description="member, staff or emergency")
    certificate_until: date | None = Field(description="The last day of the medical certificate.")
    black_listed_at: datetime | None
    forgiven_at: datetime | None
    created_at: datetime
    changed_at: datetime
