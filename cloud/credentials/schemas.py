"""What the API takes and gives about credentials."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from cloud.credentials.policy import (
    CODE_CHARACTERS_MAX,
    FORMATTED_NUMBER_MAX,
    RAW_BITS_MAX,
    RAW_BITS_MIN,
    CredentialKind,
)
from cloud.kit.text_fields import Line


class CredentialIn(BaseModel):
    """What a member will present: a card by its number or bits, a serial number, or a printed code.

    `wiegand26` wants card_number; `wiegand` wants format_name and card_number, and facility_code where the format has
    one; `raw` wants bit_count and data_hex; `uid` wants data_hex; `code` wants code.
    """

    model_config = ConfigDict(extra="forbid")

    kind: CredentialKind = "wiegand26"
    format_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")] | None = Field(
        default=None, description="As the gateways' configuration calls it.", examples=["wiegand34"]
    )
    card_number: int | None = Field(default=None, ge=0, le=FORMATTED_NUMBER_MAX, examples=[12345])
    facility_code: int | None = Field(
        default=None, ge=0, le=FORMATTED_NUMBER_MAX, description="Of wiegand26, left out: the site's own.", examples=[1]
    )
    bit_count: int | None = Field(default=None, ge=RAW_BITS_MIN, le=RAW_BITS_MAX)
    data_hex: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{2,64}$")] | None = Field(
        default=None, description="The bits left-aligned, most significant first; or the bytes of the serial number."
    )
    code: Annotated[Line, StringConstraints(max_length=CODE_CHARACTERS_MAX)] | None = Field(
        default=None, description="What the scanner reads."
    )
    label: Annotated[Line, StringConstraints(max_length=100)] = Field(default="", examples=["blue fob"])


class PinIn(BaseModel):
    """A PIN of 4 to 8 digits; the second one opens like it and calls for help."""

    model_config = ConfigDict(extra="forbid")

    pin: Annotated[str, StringConstraints(max_length=8)] = Field(examples=["4071"])
    duress_pin: Annotated[str, StringConstraints(max_length=8)] | None = None


class CredentialOut(BaseModel):
    """A credential."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["crd_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    kind: str
    canonical: str = Field(examples=["wiegand26:1:12345"])
    label: str
    status: str = Field(description="active, suspended, lost or revoked", examples=["active"])
    has_pin: bool = Field(validation_alias="pin_hashes")
    created_at: datetime
    changed_at: datetime

    @field_validator("has_pin", mode="before")
    @classmethod
    def _whether(cls, hashes: object) -> bool:
        return bool(hashes)
