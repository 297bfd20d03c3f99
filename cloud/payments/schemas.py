"""What the API gives about payments."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from cloud.payments.repository import Source, State


class PaymentOut(BaseModel):
    """A charge for a contract, or a receipt of the till."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["chg_06f3v7q8x0k2m4n6p8r0"])
    source: Source
    at: datetime
    member_id: str
    amount_minor: int
    currency: str
    method: str = Field(examples=["cash"])
    state: State = Field(description="`reversed`: taken back, refunded, or charged back by the bank.")
    title: str = Field(description="The contract's plan, or what stands on the receipt.")
    contract_id: str | None
    recorded_by: str
    reference: str
    reason: str = Field(description="Why it failed or was taken back.")
    reversed_at: datetime | None


class TallyOut(BaseModel):
    """So many payments of so much."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    amount_minor: int


class SumsOut(BaseModel):
    """What payments in one currency add up to, in its minor units; what there is none of is left out."""

    model_config = ConfigDict(from_attributes=True)

    currency: str
    states: dict[State, TallyOut]
    methods: dict[str, TallyOut] = Field(description="Of what succeeded.")
