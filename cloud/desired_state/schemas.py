"""What the API gives about a flag together with its proof."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.flags.schemas import FlagOut


class ProofOut(BaseModel):
    """How far one gateway is with the flag."""

    model_config = ConfigDict(from_attributes=True)

    gateway_id: str
    gateway_name: str
    lane_name: str
    state: Literal["in_force", "pending", "offline"] = Field(
        description="in_force: it acts as wanted; pending: on its way; offline: waits for the gateway to come back."
    )
    since_at: datetime | None = Field(description="When it came into force there.")
    wanted: Literal["raised", "cleared"]


class FlagWithProof(FlagOut):
    """A flag and what each gateway of the site knows of it."""

    proof: list[ProofOut]
