"""A cause: why a rule wants a card about somebody. Each kind of cause finds its own, and knows when they are over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from cloud.card_rules.models import Card
from cloud.card_rules.policy import EndReason, Placeholder
from cloud.card_rules.rules import RuleSettings
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a member gets a card: `key` names the cause for ever, `subject` what it is about, `words` fill the text."""

    key: str
    subject: str
    member_id: str
    words: Mapping[Placeholder, str | date | tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a rule looks: a site, its time zone, the time (UTC)."""

    site_id: str
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The site's day."""
        return local_day(self.now, self.zone)


@dataclass(frozen=True, slots=True)
class Found:
    """Some causes, and behind which the next ones begin; None: there are no more."""

    causes: Sequence[Cause]
    next: tuple[datetime | date, str] | None


class Finder(Protocol):
    """Finds what a rule shall answer, a bounded number at a time, by an index."""

    def __call__(
        self,
        session: UnitOfWork,
        scope: Scope,
        settings: RuleSettings,
        *,
        after: tuple[datetime | date, str] | None,
        limit: int,
    ) -> Found:
        """The causes behind a place."""


class Judge(Protocol):
    """Knows which causes are over."""

    def __call__(self, session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
        """Of these cards of one rule, by id, why the cause is over; those whose cause goes on are left out."""


def day_of(card: Card) -> date:
    """The day in the key of a cause that has one."""
    return date.fromisoformat(card.cause.rpartition(":")[2])


def subjects(cards: Iterable[Card]) -> list[str]:
    """What the cards are about, each once."""
    return sorted({card.subject for card in cards})
