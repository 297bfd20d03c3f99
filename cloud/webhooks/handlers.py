"""What webhooks do when something happens: collect it, and note it once at the end of the transaction.

Ids only: whoever is told asks the API for what it may see.
"""

from dataclasses import asdict
from typing import Any, Final

from cloud.database import UnitOfWork
from cloud.domain_events import (
    BookingChanged,
    ContractChanged,
    ContractsProlonged,
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
    news: dict[DomainEvent, None] = session.info.setdefault(_NEWS, {})
    news[event] = None
    session.before_commit("webhooks", _post)


def note_prolonged(session: UnitOfWork, event: ContractsProlonged) -> None:
    """Tell of each contract by itself: that it goes on is told as any change of one."""
    for contract_id, member_id in event.contracts:
        note(session, ContractChanged(contract_id, member_id))
        note(session, DuesChanged(contract_id, member_id))


def _post(session: UnitOfWork) -> None:
    service.post(session, [(_KINDS[type(event)], _data(event)) for event in session.info.pop(_NEWS, {})])


def _data(event: DomainEvent) -> dict[str, Any]:
    return {name: value.isoformat() if name == "at" else value for name, value in asdict(event).items()}
