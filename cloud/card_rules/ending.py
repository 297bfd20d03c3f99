"""Cards whose cause is over: found at once when something happens to a member, and by the rule's own run."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cloud.card_rules import cards
from cloud.card_rules.causes import Scope
from cloud.card_rules.models import Card
from cloud.card_rules.policy import RuleKey
from cloud.card_rules.registry import JUDGES
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.sites.models import Site


def recheck(session: UnitOfWork, member_ids: Collection[str], keys: Collection[RuleKey]) -> None:
    """End the open cards of some members, of these rules, whose cause is over."""
    query = (
        select(Card, Site.time_zone)
        .join(Member, Member.id == Card.member_id)
        .join(Site, Site.id == Member.site_id)
        .where(Card.member_id.in_(member_ids), Card.ended_at.is_(None), Card.rule_key.in_(keys))
    )
    found: dict[str, list[Card]] = defaultdict(list)
    for card, time_zone in session.execute(query.order_by(Card.id)):
        found[time_zone].append(card)
    for time_zone, here in found.items():
        for key in keys:
            end_over(session, key, [card for card in here if card.rule_key == key], ZoneInfo(time_zone))


def sweep(session: UnitOfWork, key: RuleKey, scope: Scope, *, after: str, limit: int) -> tuple[int, str | None]:
    """End those of the rule's next open cards whose cause is over: how many, and behind which the next ones begin."""
    query = (
        select(Card)
        .join(Member, Member.id == Card.member_id)
        .where(Card.rule_key == key, Card.ended_at.is_(None), Card.id > after, Member.site_id == scope.site_id)
        .order_by(Card.id)
        .limit(limit)
    )
    found = session.scalars(query).all()
    count = end_over(session, key, found, scope.zone)
    return count, found[-1].id if len(found) == limit else None


def end_over(session: UnitOfWork, key: RuleKey, found: Sequence[Card], zone: ZoneInfo) -> int:
    """End those of these cards of one rule whose cause is over; how many were closed by it."""
    still = cards.settle_closed(session, found) if found else []
    if not still:
        return 0
    reasons = JUDGES[key](session, still, zone)
    ended_tasks = {card.task_id for card in still if card.id in reasons}
    for card in still:
        if card.id in reasons:
            cards.end(session, card, reasons[card.id])
    return len(ended_tasks)


def zone_of(session: UnitOfWork, member_id: str) -> ZoneInfo:
    """The time zone of the member's home site."""
    query = select(Site.time_zone).join(Member, Member.site_id == Site.id).where(Member.id == member_id)
    return ZoneInfo(session.scalars(query).one())
