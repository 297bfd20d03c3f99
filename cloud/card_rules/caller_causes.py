"""The cause of an unknown caller: somebody called whose number nobody here has. It comes in, and is not looked for."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cloud.card_rules.causes import Cause
from cloud.card_rules.models import Card
from cloud.card_rules.policy import EndReason
from cloud.database import UnitOfWork
from cloud.kit.telephone import show_telephone
from cloud.members.models import Member


def cause_of(number: str, member_id: str) -> Cause:
    """The cause of a call from an E.164 number, about the lead that was made of it."""
    return Cause(key=number, subject=member_id, member_id=member_id, words={"phone": show_telephone(number)})


def judge_caller(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once the lead is one no more."""
    query = select(Member.id).where(Member.id.in_({card.member_id for card in cards}), Member.state != "lead")
    known = set(session.scalars(query))
    return {card.id: "became_client" for card in cards if card.member_id in known}
