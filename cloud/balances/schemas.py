"""What the API gives about balances."""

from datetime import date

from pydantic import BaseModel, Field

from cloud.contracts.schemas import ContractOut
from cloud.members.schemas import MemberOut


class FiguresOut(BaseModel):
    """How many members each figure counts on a day of the site."""

    day: date
    active_fee: int = Field(description="With a fee in force: grace days count, extra expiry days do not.")
    available: int = Field(description="With balance that can be used today.")
    unused: int = Field(description="With balance in force that was never used.")
    no_booking: int = Field(description="With balance that can be used, and no booking on this day.")


class HolderOut(BaseModel):
    """A member behind a figure, with the contracts that are not over."""

    member: MemberOut
    lessons_left: int | None = Field(description="Over all contracts that can be used today; null: unlimited.")
    contracts: list[ContractOut]
