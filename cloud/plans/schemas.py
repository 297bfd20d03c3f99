"""What the API takes and gives about plans."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line
from cloud.plans import policy
from cloud.plans.policy import LengthUnit, PlanKind

Days = Annotated[int, Field(ge=0, le=366)]
PlanName = Annotated[Line, StringConstraints(min_length=1, max_length=120)]
Visits = Annotated[int, Field(ge=1, le=100_000)]
Minor = Annotated[int, Field(ge=0, le=policy.PRICE_MAX)]
Guests = Annotated[int, Field(ge=0, le=20)]
LevelId = Annotated[str, StringConstraints(max_length=24)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
LengthCount = Annotated[int, Field(ge=1, le=policy.LENGTH_MAX)]
Instalments = Annotated[int, Field(ge=1, le=policy.INSTALMENTS_MAX)]


class PlanIn(BaseModel):
    """A plan to sell."""

    model_config = ConfigDict(extra="forbid")

    name: PlanName = Field(examples=["Open, 12 months"])
    kind: PlanKind = Field(
        description="`recurring` goes on period by period until it is ended.", examples=["fixed_term"]
    )
    price_minor: Minor = Field(
        description="For the whole term, of a recurring plan for one period; in the currency's minor unit.",
        examples=[49000],
    )
    currency: Currency = "EUR"
    length: LengthCount = Field(description="Of the term, or of one period.", examples=[12])
    length_unit: LengthUnit = "months"
    visits_total: Visits | None = Field(default=None, description="Null: as many as one likes.")
    grace_days: Days = Field(default=0, description="Days after the end that let in and count as an active fee.")
    extra_expiry_days: Days = Field(default=0, description="Days after the grace days that only let in.")
    level_id: LevelId | None = Field(default=None, description="The access level; null: everywhere and always.")
    needs_booking: bool = Field(default=False, description="Lets in only around a booked session.")
    guests_per_day: Guests = 0
    instalments_count: Instalments = Field(default=1, description="Parts a month apart, of what is not prepaid.")
    prepayment_minor: Minor = Field(default=0, description="Due on the day of the sale.")
    block_after_days: Days = Field(
        default=policy.BLOCK_AFTER_DAYS, description="The gate reminds from a due date and refuses so many days later."
    )
    is_offered: bool = Field(default=True, description="Whether it can be sold.")


class PlanChange(PlanIn):
    """What to change of a plan; what is left out stays. Contracts that were sold do not change."""

    name: PlanName = "-"
    kind: PlanKind = "fixed_term"
    price_minor: Minor = 0
    length: LengthCount = 1


class PlanOut(PlanIn):
    """A plan."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    id: str = Field(examples=["pln_06f3v7q8x0k2m4n6p8r0"])
    site_id: str
