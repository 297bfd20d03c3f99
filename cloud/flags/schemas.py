"""What the API takes and gives about flags."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from access_policy.zone import DeviceKind
from cloud.flags.service import FlagEffect
from cloud.kit.days import Instant
from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line

DisplayText = Annotated[Line, StringConstraints(min_length=1, max_length=160)]


class FlagIn(BaseModel):
    """A flag to raise."""

    model_config = ConfigDict(extra="forbid")

    effect: FlagEffect = Field(description="`message` lets in and shows the text; `block` refuses.", examples=["block"])
    texts: dict[Language, DisplayText] = Field(
        default={},
        description="What the display shows, by language; without one the standard text is shown.",
        examples=[{"en": "Please see the front desk", "it": "Passi in reception"}],
    )
    device_kinds: list[DeviceKind] = Field(default=[], max_length=8, description="None: every kind.")
    priority: int = Field(default=0, ge=-1000, le=1000, description="The highest wins.")
    starts_at: Instant | None = None
    ends_at: Instant | None = Field(default=None, description="Excluded.")


class FlagOut(BaseModel):
    """A flag."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["flg_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    source: str
    effect: str
    priority: int
    device_kinds: list[str]
    texts: dict[str, str]
    starts_at: datetime | None
    ends_at: datetime | None
    raised_by: str
    raised_at: datetime
    cleared_by: str | None
    cleared_at: datetime | None
