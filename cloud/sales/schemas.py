"""What the API takes and gives about sales at the till."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.billing.charges import Method
from cloud.kit.text_fields import Line
from cloud.sales.service import (
    LINES_MAX,
    MATERIALS_MAX,
    QUANTITY_MAX,
    TOTAL_MINOR_MAX,
    LineDetails,
    LineKind,
    Material,
    SaleDetails,
)

Title = Annotated[Line, StringConstraints(min_length=1, max_length=120)]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]


class MaterialIn(BaseModel):
    """What a service used up."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(examples=["Massage oil"])
    quantity: Annotated[Line, StringConstraints(min_length=1, max_length=40)] = Field(examples=["30 ml"])


class LineIn(BaseModel):
    """Goods, or a service that was rendered."""

    model_config = ConfigDict(extra="forbid")

    kind: LineKind = Field(examples=["service"])
    title: Title = Field(examples=["Sports massage"])
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = 1
    unit_price_minor: Annotated[int, Field(ge=0, le=TOTAL_MINOR_MAX)] = Field(examples=[4500])
    rendered_by: Annotated[str, StringConstraints(max_length=24)] | None = Field(
        default=None, description="Who of the staff rendered the service."
    )
    materials: Annotated[list[MaterialIn], Field(max_length=MATERIALS_MAX)] = []


class SaleIn(BaseModel):
    """A receipt that was paid. Send no card data."""

    model_config = ConfigDict(extra="forbid")

    method: Method = Field(examples=["cash"])
    currency: Currency = Field(default="EUR", examples=["EUR"])
    reference: Annotated[Line, StringConstraints(max_length=64)] = Field(default="", examples=["till-1-4711"])
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=LINES_MAX)]

    def details(self) -> SaleDetails:
        """The same as the service takes it."""
        lines = tuple(
            LineDetails(
                **line.model_dump(exclude={"materials"}),
                materials=tuple(Material(**material.model_dump()) for material in line.materials),
            )
            for line in self.lines
        )
        return SaleDetails(method=self.method, currency=self.currency, reference=self.reference, lines=lines)


class CancellationIn(BaseModel):
    """Why a sale is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)] = Field(examples=["Goods came back"])


class LineOut(BaseModel):
    """A line of a receipt."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["sln_06f3v7q8x0k2m4n6p8r0"])
    kind: str
    title: str
    quantity: int
    unit_price_minor: int
    rendered_by: str | None
    materials: list[MaterialIn]


class SaleOut(BaseModel):
    """A receipt; `cancelled_at` null: it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["sal_06f3v7q8x0k2m4n6p8r0"])
    member_id: str
    total_minor: int
    currency: str
    method: str
    reference: str
    sold_by: str
    sold_at: datetime
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancel_reason: str
    lines: list[LineOut]


class SpentOut(BaseModel):
    """What a member has spent in one currency, in minor units."""

    currency: str
    total_minor: int
    tickets: int = Field(description="Charges that succeeded, and receipts.")
    average_minor: int = Field(description="The average ticket.")
