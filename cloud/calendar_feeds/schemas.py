"""What the API gives about calendar addresses."""

from pydantic import BaseModel, Field


class CalendarOut(BaseModel):
    """Where a calendar program finds the sessions of a trainer."""

    path: str = Field(description="Secret: who has it sees the sessions.", examples=["/api/v1/calendars/cal_0.9.ics"])
