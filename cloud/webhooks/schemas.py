"""What the API takes and gives about webhooks."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cloud.webhooks.policy import Kind

Kinds = Annotated[
    list[Kind], Field(min_length=1, max_length=20, description="Which news it gets.", examples=[["flag.raised"]])
]


class WebhookIn(BaseModel):
    """A new webhook."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"url": "https://hooks.club.example/in", "kinds": ["flag.raised"]}},
    )

    url: str = Field(max_length=500, examples=["https://hooks.club.example/tornello"])
    kinds: Kinds


class WebhookChange(BaseModel):
    """Whether it is told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"is_active": False}})

    is_active: bool


class WebhookOut(BaseModel):
    """A webhook; not active: nothing is sent, what waits is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["whk_06f3v7q8x0k2m4n6p8r0"])
    url: str
    kinds: list[str]
    is_active: bool
    created_at: datetime


class WebhookMade(WebhookOut):
    """A new webhook with its secret, which is told this once."""

    secret: str = Field(description="Key of the HMAC in `webhook-signature`: base64 behind `whsec_`.")


class DeliveryOut(BaseModel):
    """A message and what came of it; `state` is `waiting`, `delivered` or `given_up`."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["whd_06f3v7q8x0k2m4n6p8r0"])
    webhook_id: str
    kind: str
    body: str = Field(description="As it is sent.")
    state: str
    attempt_count: int
    next_attempt_at: datetime
    last_status: int | None
    last_error: str
    created_at: datetime
    ended_at: datetime | None
