"""Online bookings over HTTP: called by the club's web site, with an API key that may do nothing else."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.api import Transaction, problems
from cloud.bookings import online
from cloud.bookings.models import Booking
from cloud.bookings.online import OnlineForm
from cloud.class_sessions.schemas import Id
from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line
from cloud.members.schemas import Email, LabelId, Name, Phone
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["bookings"])


class OnlineBookingIn(BaseModel):
    """What somebody wrote into the form of the web site: a telephone number, an e-mail address, or both."""

    model_config = ConfigDict(extra="forbid")

    session_id: Id = Field(examples=["cls_06f3v7q8x0k2m4n6p8r0"])
    first_name: Annotated[Name, Field(min_length=1, examples=["Niccolò"])]
    last_name: Name = ""
    phone: Phone | None = Field(
        default=None, description="In any writing; kept as E.164.", examples=["+39 333 123 4567"]
    )
    email: Email | None = None
    locale: Language = Field(default="en", description="The language of the form.")
    reason_id: LabelId | None = Field(default=None, description="A label of kind reason.")
    link: Annotated[Line, StringConstraints(max_length=100)] = Field(
        default="",
        description="The `link_code` of the source whose link was followed; an unknown one is passed over.",
        examples=["spring-leaflet"],
    )


class OnlineBookingOut(BaseModel):
    """What was made; nothing of what is known about the person."""

    id: str = Field(examples=["bkg_06f3v7q8x0k2m4n6p8r0"])
    state: Literal["booked", "waiting"] = Field(
        description="waiting: all seats are taken; `id` is of the waiting list."
    )
    is_person_unclear: bool = Field(description="Several people have this telephone or address; staff should look.")


@router.post("/online-bookings", status_code=201, responses=problems(401, 403, 404, 409, 422))
def book_online(
    body: OnlineBookingIn, session: Transaction, staff: SignedIn = require("bookings.online")
) -> OnlineBookingOut:
    """Book a session, or wait for a seat, for whoever filled in the form; who is not known yet becomes a lead."""
    result = online.book(session, staff.actor, OnlineForm(**body.model_dump()))
    return OnlineBookingOut(
        id=result.made.id,
        state="booked" if isinstance(result.made, Booking) else "waiting",
        is_person_unclear=result.is_person_unclear,
    )
