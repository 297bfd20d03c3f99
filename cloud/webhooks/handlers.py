"""What webhooks do when something happens: collect it, and note it once at the end of the transaction.

Ids only: whoever is told asks the API for what it may see.
"""

from dataclasses import asdict
from typing import Any, Final

from cloud.database import UnitOfWork
from cloud.domain_events import (
    BookingChanged,
    ContractChanged,
    DomainEvent,
    DuesChanged,
    FlagCleared,
    FlagRaised,
    MemberChanged,
    MemberPassed,
    TaskChanged,
)
from cloud.webhooks import service

_NEWS: Final = "webhook_news"
_KINDS: Final[dict[type[Any], str]] = {
    MemberChanged: "member.changed",
    ContractChanged: "contract.changed",
    DuesChanged: "dues.changed",
    BookingChanged: "booking.changed",
    TaskChanged: "task.changed",
    FlagRaised: "flag.raised",
    FlagCleared: "flag.cleared",
    MemberPassed: "member.passed",
}


def note(session: UnitOfWork, event: DomainEvent) -> None:
    """Tell of an event, once however often it is published in this transaction."""
    data = {name: value.isoformat() if name == "at" else value for name, value in asdict(event).items()}
    news: list[tuple[str, dict[str, Any]]] = session.info.setdefault(_NEWS, [])
    told = (_KINDS[type(event)], data)
    if told not in news:
        news.append(told)
    session.before_commit("webhooks", _post)


def _post(session: UnitOfWork) -> None:
    service.post(session, session.info.pop(_NEWS, []))
