"""What the API gives about the audit log."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class AuditEntryOut(BaseModel):
    """One act. `before` and `after` hold what changed; both are null where a person was erased (`is_erased`)."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    actor_kind: str = Field(examples=["staff"])
    actor_id: str
    action: str = Field(examples=["member.change"])
    entity_kind: str = Field(examples=["member"])
    entity_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str
    is_erased: bool


class AuditPage(BaseModel):
    """A page of entries, the newest first."""

    items: list[AuditEntryOut]
    next: str | None


class AuditCheckOut(BaseModel):
    """What a check of the log found: `entries` are whole, up to `head`; `break_kind` at `break_seq`, if anything."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    actor_id: str = Field(description="Who asked.")
    is_whole: bool
    entries: int
    head: str = Field(description="The chain's end, hexadecimal: keep it elsewhere, to compare later.")
    break_seq: int | None
    break_kind: str | None = Field(examples=["altered"])
