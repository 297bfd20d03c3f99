"""What the API gives about access events."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from cloud.access_events.models import AccessEvent


class AccessEventOut(BaseModel):
    """One event of a gateway's journal."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    site_id: str
    gateway_id: str
    lane_id: str | None
    kind: str = Field(examples=["access_decided"])
    occurred_at: datetime
    received_at: datetime
    is_history: bool = Field(description="It was older than 30 s when it arrived.")
    tap_id: str | None = Field(description="Ties the passage to the decision.")
    direction: str | None
    member_id: str | None
    outcome: str | None = Field(examples=["allow"])
    reason: str | None = Field(examples=["granted"])
    rule: str | None
    text: str = Field(description="What the display was given, a line break between its lines; or what else was told.")
    revision: int | None = Field(description="The state on which it was decided.")
    is_chain_intact: bool = Field(description="False: the journal lacks something before this event, or was altered.")
    body: dict[str, Any]

    @classmethod
    def of(cls, event: AccessEvent) -> Self:
        """The row as it is."""
        return cls.model_validate(event)


class JournalFaultOut(BaseModel):
    """Events of a gateway's journal that did not arrive as they were written, or messages that were not its own."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    gateway_id: str
    journal_epoch: str
    kind: str = Field(
        examples=["refused"],
        description="broken: altered, or events before it are missing; gap: dropped by a gateway that was full; "
        "lost: nobody has them; refused: put aside with the reason; forged: `last_seq` messages in the gateway's name "
        "were not signed by it.",
    )
    first_seq: int
    last_seq: int
    reason: str
    noticed_at: datetime
