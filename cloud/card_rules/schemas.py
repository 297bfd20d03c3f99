"""What the API takes and gives about rules of cards."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.card_rules import policy
from cloud.card_rules.policy import RuleKey, Unit
from cloud.card_rules.rules import AT_SEVEN
from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line, Lines

ItemId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]
CardText = Annotated[Lines, StringConstraints(min_length=1, max_length=1000)]
Amount = Annotated[int, Field(ge=0, le=policy.MINUTES_OF_DAY)]


class RuleChange(BaseModel):
    """What to change of a rule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    is_on: bool = False
    amount: Amount = Field(default=0, description="Days or minutes, as the rule's `unit` says.", examples=[15])
    minute_of_day: int = Field(
        default=AT_SEVEN, ge=0, lt=policy.MINUTES_OF_DAY, description="When daily rules run, by the clock of each site."
    )
    action_type_id: ItemId | None = Field(default=None, description="Of what type its tasks are.")
    operator_id: ItemId | None = Field(default=None, description="Who of the staff is in charge of them.")
    text: CardText = Field(default="-", description="With {plan}, {day}, {amount}, {days}, {phone} where it has them.")
    language: Language = Field(default="en", description="How days and money are written in the text.")
    days_to_complete: int | None = Field(default=1, ge=0, le=policy.DAYS_TO_COMPLETE_MAX)


class RuleOut(BaseModel):
    """A rule and how it is set."""

    key: RuleKey
    unit: Unit
    is_on: bool
    amount: int
    minute_of_day: int
    action_type_id: str | None
    operator_id: str | None
    text: str
    language: Language
    days_to_complete: int | None


class TouchedOut(BaseModel):
    """Somebody who would get a card."""

    member_id: str
    member_name: str
    site_id: str
    cause: str = Field(examples=["ctr_06f3v7q8x0k2m4n6p8r0:2026-03-17"])
    text: str


class DryRunOut(BaseModel):
    """Whom a rule would touch now; nobody was touched."""

    touched: list[TouchedOut]
    is_more: bool = Field(description="There are others besides these 200.")


class RunOut(BaseModel):
    """What a rule did at a site on a day."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["crn_06f3v7q8x0k2m4n6p8r0"])
    rule_key: str
    site_id: str
    day: date
    opened: int
    ended: int = Field(description="Cards whose cause was found to be over; others end at once, when it happens.")
    skipped: int = Field(description="Causes of members who have as many open tasks as there may be.")
    is_unfit: bool = Field(description="The type of its tasks is obsolete, so that none was begun.")
    began_at: datetime
    done_at: datetime | None = Field(description="Null for rules that look every minute, and while a run goes on.")
