"""What the API gives about alarms."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class AlarmOut(BaseModel):
    """An alarm; `acknowledged_at` null: it waits for somebody."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["alm_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
    gateway_id: str
    lane_id: str
    member_id: str | None
    event_id: int | None = Field(
        description="The access event with the decision; null: a lane told it, or two gateways saw it together."
    )
    kind: str = Field(examples=["duress"])
    occurred_at: datetime
    heard_at: datetime
    is_history: bool = Field(description="It was older than ten minutes when it was heard of.")
    acknowledged_by: str | None
    acknowledged_at: datetime | None
