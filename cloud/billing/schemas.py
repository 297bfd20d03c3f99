"""What the API takes and gives about instalments and charges."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.billing.charges import Method, Outcome
from cloud.billing.models import Charge, Instalment
from cloud.kit.days import Day
from cloud.kit.text_fields import Line

Reason = Annotated[Line, StringConstraints(min_length=1, max_length=200)]


class ChargeIn(BaseModel):
    """A charge that was tried. Send no card data: neither number nor name nor expiry."""

    model_config = ConfigDict(extra="forbid")

    method: Method = Field(examples=["provider"])
    outcome: Outcome = "succeeded"
    amount_minor: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None, description="In the instalment's currency; null: all that is due."
    )
    failure: Annotated[Line, StringConstraints(max_length=120)] = Field(default="", examples=["insufficient_funds"])
    reference: Annotated[Line, StringConstraints(max_length=64)] = Field(
        default="", description="Your own name for it.", examples=["pay_8213"]
    )


class ReversalIn(BaseModel):
    """Why a charge is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["Charged back by the bank"])


class PostponementIn(BaseModel):
    """The new due date."""

    model_config = ConfigDict(extra="forbid")

    due_on: Day


class ChargeOut(BaseModel):
    """A charge."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["chg_06f3v7q8x0k2m4n6p8r0"])
    instalment_id: str
    amount_minor: int
    method: str
    outcome: str
    failure: str
    reference: str
    recorded_by: str
    recorded_at: datetime
    reversed_at: datetime | None
    reversal_reason: str


class InstalmentOut(BaseModel):
    """A part of a contract's price."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["ins_06f3v7q8x0k2m4n6p8r0"])
    contract_id: str
    member_id: str
    amount_minor: int
    paid_minor: int
    currency: str
    due_on: date
    block_after_days: int = Field(description="The gate refuses so many days after the due date.")
    paid_at: datetime | None
    cancelled_at: datetime | None
    charges: list[ChargeOut] = Field(default=[], description="The newest first.")


def instalment_out(instalment: Instalment, charges: Sequence[Charge] = ()) -> InstalmentOut:
    """The answer about an instalment and what was tried on it."""
    own = [ChargeOut.model_validate(charge) for charge in charges if charge.instalment_id == instalment.id]
    plain = {name: getattr(instalment, name) for name in InstalmentOut.model_fields if name != "charges"}
    return InstalmentOut(**plain, charges=own)
