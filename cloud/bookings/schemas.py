"""What the API takes and gives about bookings and waiting lists."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.class_sessions.schemas import Id


class BookingIn(BaseModel):
    """A session to book for a member, or to wait for."""

    model_config = ConfigDict(extra="forbid")

    session_id: Id = Field(examples=["cls_06f3v7q8x0k2m4n6p8r0"])
    channel: Literal["staff", "app"] = Field(default="staff", description="`app`: the member did it.")


class BookingOut(BaseModel):
    """A booking; `cancelled_at` null: it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["bkg_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    session_id: str
    site_id: str
    zone_id: str | None
    title: str
    starts_at: datetime
    ends_at: datetime
    contract_id: str | None = Field(description="The contract that it is booked with.")
    balance_kind: str | None
    channel: str = Field(description="staff, app or online.")
    booked_by: str | None
    source_id: str | None = Field(description="The advertising source whose link led to it.")
    booked_at: datetime
    cancelled_for: str | None = Field(description="Who called it off: member, staff, or the session was cancelled.")
    cancelled_at: datetime | None
    attended_via: str | None = Field(description="Who told that the member was there: gate or staff.")
    attended_at: datetime | None


class WaitingOut(BaseModel):
    """A place on a waiting list; `booking_id`: what became of it."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["wtg_06f3v7q8x0k2m4n6p8r0"])
    session_id: str
    member_id: str
    channel: str
    joined_at: datetime
    left_at: datetime | None
    booking_id: str | None


class Participants(BaseModel):
    """Who is in a session, in the order of booking, and the record of its waiting list."""

    seats: int
    bookings: list[BookingOut]
    waiting: list[WaitingOut]


class FiguresOut(BaseModel):
    """What was booked, waited for and cancelled of the sessions of a period."""

    booked: int
    booked_in_app: int
    queued: int = Field(description="All who ever waited.")
    waiting: int = Field(description="Those of them who still wait.")
    converted: int = Field(description="Those of them who got a seat.")
    cancelled: int
    reassigned: int = Field(description="Cancelled, and booked again within 7 days with the same kind of balance.")
