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
