"""What the API takes and gives about rooms."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line
from cloud.rooms.service import SEATS_MAX

Seats = Annotated[int, Field(ge=1, le=SEATS_MAX)]


class RoomIn(BaseModel):
    """A room to add."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = Field(examples=["Studio 1"])
    seats: Seats = Field(default=10, description="What a new session in it begins with.")
    zone_id: Annotated[Line, StringConstraints(min_length=1, max_length=24)] | None = Field(
        default=None, description="The zone that a booking opens at the gates; null: every zone."
    )
    is_obsolete: bool = False


class RoomChange(RoomIn):
    """What to change of a room; what is left out stays."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=80)] = "-"


class RoomOut(BaseModel):
    """A room."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["rom_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    name: str
    seats: int
    zone_id: str | None
    is_obsolete: bool
