"""What the API takes and gives about contracts."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.billing.schemas import InstalmentOut, Reason
from cloud.contracts import policy, service
from cloud.contracts.balance import BalanceColour, balance_of
from cloud.contracts.models import Contract
from cloud.contracts.policy import ContractState
from cloud.kit.days import Day
from cloud.kit.text_fields import Line
from cloud.plans.policy import BLOCK_AFTER_DAYS
from cloud.plans.schemas import Currency, Days, Guests, LevelId, PlanName, Visits

PositiveMinor = Annotated[int, Field(ge=1, le=1_000_000_000)]


class InstalmentIn(BaseModel):
    """A part of the price."""

    model_config = ConfigDict(extra="forbid")

    amount_minor: PositiveMinor = Field(description="In the currency's minor unit.", examples=[4900])
    due_on: Day = Field(examples=["2026-01-15"])
    block_after_days: Days = Field(default=BLOCK_AFTER_DAYS, description="Unpaid, the gate refuses so many days later.")


class SaleIn(BaseModel):
    """A plan to sell."""

    model_config = ConfigDict(extra="forbid")

    plan_id: LevelId = Field(examples=["pln_06f3v7q8x0k2m4n6p8r0"])
    starts_on: Day | None = Field(default=None, description="Null: today, or the day after the renewed contract.")
    renews_id: LevelId | None = Field(default=None, description="The contract that this one follows.")


class ContractIn(BaseModel):
    """A contract with terms of its own. Days are the site's calendar days, both included."""

    model_config = ConfigDict(extra="forbid")

    plan_name: PlanName = Field(examples=["Open, 12 months"])
    starts_on: Day = Field(examples=["2026-01-15"])
    ends_on: Day = Field(examples=["2027-01-14"])
    grace_days: Days = Field(default=0, description="Days after the end that let in and count as an active fee.")
    extra_expiry_days: Days = Field(default=0, description="Days after the grace days that only let in.")
    visits_total: Visits | None = Field(default=None, description="Null: as many as one likes.")
    currency: Currency = "EUR"
    instalments: list[InstalmentIn] = Field(default=[], max_length=36, description="What is to be paid, and when.")
    level_id: LevelId | None = Field(default=None, description="The access level; null: everywhere and always.")
    needs_booking: bool = Field(default=False, description="Lets in only around a booked session.")
    guests_per_day: Guests = Field(default=0, description="Guests whom the member may bring on one day.")


class ContractChange(BaseModel):
    """What to change of a contract; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    plan_name: PlanName = "-"
    starts_on: Day = date(2000, 1, 1)
    ends_on: Day = date(2000, 1, 1)
    grace_days: Days = 0
    extra_expiry_days: Days = 0
    visits_total: Visits | None = None
    currency: Currency = "EUR"
    level_id: LevelId | None = None
    needs_booking: bool = False
    guests_per_day: Guests = 0


class FreezeIn(BaseModel):
    """Days on which a contract is paused, both included."""

    model_config = ConfigDict(extra="forbid")

    starts_on: Day
    ends_on: Day
    reason: Annotated[Line, StringConstraints(max_length=200)] = ""
    is_prolonging: bool = Field(default=False, description="Adds as many days to the contract's end.")


class NewEndIn(BaseModel):
    """Another last day, and why."""

    model_config = ConfigDict(extra="forbid")

    ends_on: Day
    reason: Reason = Field(examples=["Moved to another town"])


class FreezeOut(BaseModel):
    """A pause of a contract."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    starts_on: date
    ends_on: date
    reason: str
    is_prolonging: bool


class ContractOut(BaseModel):
    """A contract and how it stands today, on the site's calendar."""

    id: str = Field(examples=["ctr_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    plan_id: str | None
    plan_name: str
    kind: str
    starts_on: date
    ends_on: date
    grace_days: int
    extra_expiry_days: int
    freezes: list[FreezeOut]
    visits_total: int | None
    visits_used: int
    visits_left: int | None
    price_minor: int
    currency: str
    is_renewing: bool = Field(description="Goes on period by period until it is ended.")
    renews_id: str | None
    level_id: str | None
    needs_booking: bool
    guests_per_day: int
    state: ContractState
    has_active_fee: bool = Field(description="Grace days count, extra expiry days do not.")
    balance: BalanceColour | None = Field(description="Green: unused, orange: partly used, red: used up or over.")
    is_available: bool = Field(description="Whether it can be used today.")


class ContractInstalmentsOut(BaseModel):
    """What was asked for a contract and not cancelled, the earliest first."""

    items: list[InstalmentOut]


_COMPUTED = {"freezes", "visits_left", "state", "has_active_fee", "balance", "is_available"}


def contract_out(contract: Contract, today: date) -> ContractOut:
    """The answer about a contract on a day of its site."""
    terms = service.terms_of(contract)
    balance = balance_of(terms, today)
    names = ContractOut.model_fields.keys() - _COMPUTED
    return ContractOut(
        **{name: getattr(contract, name) for name in names},
        freezes=[FreezeOut.model_validate(freeze) for freeze in contract.freezes],
        visits_left=policy.visits_left(terms),
        state=policy.contract_state(terms, today),
        has_active_fee=policy.has_active_fee(terms, today),
        balance=balance.colour,
        is_available=balance.is_available,
    )
