"""What the API gives about who comes."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from cloud.arrivals.service import ActivityArrivals, Arrival


class ArrivalOut(BaseModel):
    """Somebody who comes, with what to tell them."""

    booking_id: str
    member_id: str
    name: str
    attended_at: datetime | None
    is_trial: bool
    is_first: bool = Field(description="They were at no session yet.")
    ends_on: date | None = Field(description="The end of what they bought, if it is within 7 days or past.")
    lessons_left: int | None = Field(description="Null: as many as they like.")
    owes: dict[str, int] = Field(description="What is due and unpaid, in minor units by currency.")
    flag_ids: list[str]
    task_ids: list[str]

    @classmethod
    def of(cls, arrival: Arrival) -> "ArrivalOut":
        """An arrival as JSON."""
        return cls(
            booking_id=arrival.booking.id,
            member_id=arrival.member.id,
            name=arrival.member.name,
            attended_at=arrival.booking.attended_at,
            is_trial=arrival.is_trial,
            is_first=arrival.is_first,
            ends_on=arrival.ends_on,
            lessons_left=arrival.lessons_left,
            owes=dict(arrival.owes),
            flag_ids=[flag.id for flag in arrival.flags],
            task_ids=[task.id for task, _ in arrival.tasks],
        )


class SessionArrivalsOut(BaseModel):
    """A session with who comes."""

    session_id: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    arrivals: list[ArrivalOut]


class ActivityArrivalsOut(BaseModel):
    """An activity with its sessions of the day."""

    activity_id: str
    name: str
    sessions: list[SessionArrivalsOut]

    @classmethod
    def of(cls, group: ActivityArrivals) -> "ActivityArrivalsOut":
        """An activity as JSON."""
        sessions = [
            SessionArrivalsOut(
                session_id=each.held.id,
                starts_at=each.held.starts_at,
                ends_at=each.held.ends_at,
                seats=each.held.seats,
                arrivals=[ArrivalOut.of(arrival) for arrival in each.arrivals],
            )
            for each in group.sessions
        ]
        return cls(activity_id=group.activity.id, name=group.activity.name, sessions=sessions)


class ArrivalsOut(BaseModel):
    """Who comes on a day, by activity."""

    day: date
    activities: list[ActivityArrivalsOut]
