"""What the API takes and gives about bookings."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line


class BookingIn(BaseModel):
    """A session to book for a member."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Line, StringConstraints(min_length=1, max_length=120)] = Field(examples=["Pilates"])
    starts_at: AwareDatetime = Field(examples=["2026-11-21T18:00:00+01:00"])
    ends_at: AwareDatetime = Field(examples=["2026-11-21T19:00:00+01:00"])
    zone_id: Annotated[str, StringConstraints(max_length=24)] | None = Field(
        default=None, description="The zone that it opens; null: every zone."
    )


class BookingOut(BaseModel):
    """A booking; `cancelled_at` null: it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["bkg_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    zone_id: str | None
    title: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    cancelled_at: datetime | None
