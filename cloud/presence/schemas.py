"""What the API gives about who is inside."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from cloud.presence.service import ZoneRoll


class PersonOut(BaseModel):
    """A member who is inside."""

    model_config = ConfigDict(from_attributes=True)

    member_id: str
    name: str
    since: datetime
    lane_name: str
    is_staff: bool


class ZoneRollOut(BaseModel):
    """Who is in a zone."""

    zone_id: str
    zone_name: str
    count: int = Field(description="How many people are inside, named or not.")
    occupancy_limit: int | None
    unnamed: int = Field(description="Guests and others without a card; below zero: so many named ones left unseen.")
    people: list[PersonOut]

    @classmethod
    def of(cls, roll: ZoneRoll) -> Self:
        """The roll as it is."""
        return cls(
            zone_id=roll.zone.id,
            zone_name=roll.zone.name,
            count=roll.count,
            occupancy_limit=roll.zone.occupancy_limit,
            unnamed=roll.unnamed,
            people=[PersonOut.model_validate(person) for person in roll.people],
        )


class PresenceOut(BaseModel):
    """Everybody inside a site, by zone."""

    zones: list[ZoneRollOut]
