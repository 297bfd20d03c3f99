"""What the API takes and gives about purposes and their texts."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line, Lines
from cloud.privacy_purposes import policy
from cloud.privacy_purposes.policy import Basis, Channel

PurposeName = Annotated[Line, StringConstraints(max_length=policy.NAME_CHARACTERS_MAX)]
PurposeText = Annotated[Lines, StringConstraints(max_length=policy.TEXT_CHARACTERS_MAX)]


class PurposeChange(BaseModel):
    """What to change of a purpose; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    names: dict[Language, PurposeName] = Field(default={}, examples=[{"en": "Newsletter", "it": "Notiziario"}])
    channels: list[Channel] = Field(default=[], max_length=8, description="The ways to talk that it covers; none: all.")
    is_obsolete: bool = Field(default=False, description="Kept for the history; nobody is approached for it any more.")


class PurposeIn(PurposeChange):
    """A purpose to add. What it rests on cannot be changed: that is what people were told."""

    basis: Basis = Field(description="The legal basis, GDPR article 6 (1).")


class PurposeOut(BaseModel):
    """A purpose."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["prp_06f3v7q8x0k2m4n6p8r0"])
    names: dict[str, str]
    basis: str
    channels: list[str]
    is_obsolete: bool


class TextIn(BaseModel):
    """What people agree to or object to."""

    model_config = ConfigDict(extra="forbid")

    texts: dict[Language, PurposeText] = Field(examples=[{"en": "We may write to me about offers."}])
    asks_anew: bool = Field(default=False, description="Who agreed to an earlier version has to be asked again.")


class TextOut(BaseModel):
    """A version of a purpose's text."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["prt_06f3v7q8x0k2m4n6p8r0"])
    number: int
    texts: dict[str, str]
    asks_anew: bool
    written_by: str
    written_at: datetime
