"""What presence does when something happens elsewhere."""

from cloud.database import UnitOfWork
from cloud.domain_events import MemberPassed, SomebodyPassed
from cloud.presence import passages


def move_member(session: UnitOfWork, event: MemberPassed) -> None:
    """Remember where the member, or a guest, went."""
    passages.observe(session, event)


def count_somebody(session: UnitOfWork, event: SomebodyPassed) -> None:
    """Count somebody without a card."""
    passages.observe_unnamed(session, event)
