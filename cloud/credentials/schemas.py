"""What the API takes and gives about credentials."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.credentials.policy import CARD_NUMBER_MAX, FACILITY_CODE_MAX, RAW_BITS_MAX, RAW_BITS_MIN, CredentialKind
from cloud.kit.text_fields import Line


class CredentialIn(BaseModel):
    """A card to issue: a 26-bit card by its number, any other by its bits."""

    model_config = ConfigDict(extra="forbid")

    kind: CredentialKind = "wiegand26"
    card_number: int | None = Field(default=None, ge=0, le=CARD_NUMBER_MAX, examples=[12345])
    facility_code: int | None = Field(
        default=None, ge=0, le=FACILITY_CODE_MAX, description="Left out: the site's own.", examples=[1]
    )
    bit_count: int | None = Field(default=None, ge=RAW_BITS_MIN, le=RAW_BITS_MAX)
    data_hex: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{2,64}$")] | None = Field(
        default=None, description="The bits left-aligned, most significant first."
    )
    label: Annotated[Line, StringConstraints(max_length=100)] = Field(default="", examples=["blue fob"])


class CredentialOut(BaseModel):
    """A credential."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["crd_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    kind: str
    canonical: str = Field(examples=["wiegand26:1:12345"])
    label: str
    status: str = Field(description="active, suspended, lost or revoked", examples=["active"])
    created_at: datetime
    changed_at: datetime
