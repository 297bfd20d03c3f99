"""What the API takes and gives about contracts."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.contracts import policy, service
from cloud.contracts.models import Contract
from cloud.contracts.policy import ContractState
from cloud.kit.days import Day
from cloud.kit.text_fields import Line

Days = Annotated[int, Field(ge=0, le=366)]
PlanName = Annotated[Line, StringConstraints(min_length=1, max_length=120)]
Visits = Annotated[int, Field(ge=1, le=100_000)]
Minor = Annotated[int, Field(ge=0, le=1_000_000_000)]
Guests = Annotated[int, Field(ge=0, le=20)]
LevelId = Annotated[str, StringConstraints(max_length=24)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ContractIn(BaseModel):
    """A contract to sell. Days are the site's calendar days, both included."""

    model_config = ConfigDict(extra="forbid")

    plan_name: PlanName = Field(examples=["Open, 12 months"])
    starts_on: Day = Field(examples=["2026-01-15"])
    ends_on: Day = Field(examples=["2027-01-14"])
    grace_days: Days = Field(default=0, description="Days after the end that let in and count as an active fee.")
    extra_expiry_days: Days = Field(default=0, description="Days after the grace days that only let in.")
    visits_total: Visits | None = Field(default=None, description="Null: as many as one likes.")
    dues_minor: Minor = Field(default=0, description="What is due, in the currency's minor unit.", examples=[4900])
    currency: Currency = "EUR"
    dues_due_on: Day | None = None
    level_id: LevelId | None = Field(default=None, description="The access level; null: everywhere and always.")
    needs_booking: bool = Field(default=False, description="Lets in only around a booked session.")
    guests_per_day: Guests = Field(default=0, description="Guests whom the member may bring on one day.")


class ContractChange(BaseModel):
    """What to change of a contract; what is left out stays. New dues are not paid."""

    model_config = ConfigDict(extra="forbid")

    plan_name: PlanName = "-"
    starts_on: Day = date(2000, 1, 1)
    ends_on: Day = date(2000, 1, 1)
    grace_days: Days = 0
    extra_expiry_days: Days = 0
    visits_total: Visits | None = None
    dues_minor: Minor = 0
    currency: Currency = "EUR"
    dues_due_on: Day | None = None
    level_id: LevelId | None = None
    needs_booking: bool = False
    guests_per_day: Guests = 0


class FreezeIn(BaseModel):
    """Days on which a contract is paused, both included."""

    model_config = ConfigDict(extra="forbid")

    starts_on: Day
    ends_on: Day
    reason: Annotated[Line, StringConstraints(max_length=200)] = ""


class FreezeOut(BaseModel):
    """A pause of a contract."""

    model_config = ConfigDict(from_attributes=True)

    starts_on: date
    ends_on: date
    reason: str


class ContractOut(BaseModel):
    """A contract and how it stands today, on the site's calendar."""

    id: str = Field(examples=["ctr_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    plan_name: str
    starts_on: date
    ends_on: date
    grace_days: int
    extra_expiry_days: int
    freezes: list[FreezeOut]
    visits_total: int | None
    visits_used: int
    visits_left: int | None
    dues_minor: int
    currency: str
    dues_due_on: date | None
    dues_paid_at: datetime | None
    level_id: str | None
    needs_booking: bool
    guests_per_day: int
    state: ContractState
    has_active_fee: bool = Field(description="Grace days count, extra expiry days do not.")


def contract_out(contract: Contract, today: date) -> ContractOut:
    """The answer about a contract on a day of its site."""
    terms = service.terms_of(contract)
    names = ContractOut.model_fields.keys() - {"freezes", "visits_left", "state", "has_active_fee"}
    return ContractOut(
        **{name: getattr(contract, name) for name in names},
        freezes=[FreezeOut.model_validate(freeze) for freeze in contract.freezes],
        visits_left=policy.visits_left(terms),
        state=policy.contract_state(terms, today),
        has_active_fee=policy.has_active_fee(terms, today),
    )
