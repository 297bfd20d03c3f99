"""What a request for a list of members may say: search, filters, order, page."""

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cloud.members.filters import MemberFilter, Order
from cloud.members.schemas import CardStatus, Sex
from cloud.members.states import MemberState

ItemId = Annotated[str, StringConstraints(min_length=1, max_length=24)]
_NO_FILTERS: Final = frozenset({"query", "order", "after", "limit"})


class MemberQuery(BaseModel):
    """A search ignores case and accents, in Latin and Cyrillic; birthdays count whatever their year."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", description="Any part of names, e-mail address, telephone or card number."
    )
    state: MemberState | None = None
    site_id: ItemId | None = Field(default=None, description="A branch that they use, at home there or not.")
    sex: Sex | None = None
    tag_id: ItemId | None = None
    card_type_id: ItemId | None = None
    card_status: CardStatus | None = None
    source_id: ItemId | None = None
    reason_id: ItemId | None = None
    is_black_listed: bool | None = None
    willing_for: ItemId | None = Field(default=None, description="A purpose for which they may be approached.")
    unwilling_for: ItemId | None = Field(default=None, description="A purpose for which they may not be approached.")
    birthday_from: date | None = None
    birthday_to: date | None = None
    order: Order = Field(default="name", description="With a minus backwards; added: the oldest first.")
    after: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="The `next` of the page before."
    )
    limit: int = Field(default=PAGE_SIZE_DEFAULT, ge=1, le=PAGE_SIZE_MAX, description="How many items at most.")

    def filter(self) -> MemberFilter:
        """What narrows the list besides the search."""
        return MemberFilter(**self.model_dump(exclude=set(_NO_FILTERS)))
