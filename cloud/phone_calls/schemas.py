"""What the API takes and gives about telephone exchanges and calls."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line


class ExchangeIn(BaseModel):
    """A telephone exchange to believe from now on."""

    model_config = ConfigDict(extra="forbid")

    site_id: Annotated[Line, StringConstraints(min_length=1, max_length=24)]
    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = Field(examples=["Front desk, SIP"])


class ExchangeOut(BaseModel):
    """A telephone exchange."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["pex_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    created_at: datetime
    withdrawn_at: datetime | None


class NewExchangeOut(ExchangeOut):
    """A new telephone exchange with its secret."""

    secret: str = Field(description="Shown this once. The exchange signs with it.")


class CallIn(BaseModel):
    """An incoming call, as the exchange tells it."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    call_id: Annotated[Line, StringConstraints(min_length=1, max_length=64)] = Field(
        description="The exchange's own name for the call; one that was told before changes nothing."
    )
    number: Annotated[Line, StringConstraints(max_length=40)] = Field(
        default="", alias="from", description="The caller's number in any writing; empty if it is withheld."
    )


class CallOut(BaseModel):
    """What became of a call."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["pcl_06f3v7q8x0k2m4n6p8r0"])
    call_id: str
    is_new: bool = Field(description="Nobody had the number: it is a lead now, with a card.")
