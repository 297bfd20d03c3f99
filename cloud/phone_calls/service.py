"""Take what an exchange tells: believe only what it has signed just now, and count each call once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from cloud.audit.service import Actor
from cloud.card_rules import cards, rules, running
from cloud.card_rules.caller_causes import cause_of
from cloud.card_rules.causes import Scope
from cloud.card_rules.policy import RuleKey
from cloud.database import UnitOfWork
from cloud.errors import UnauthenticatedError
from cloud.kit.ids import new_id
from cloud.kit.telephone import parse_telephone, region_of, show_telephone
from cloud.members import service as members
from cloud.members.erasures import keep_from_erasure
from cloud.members.models import Member, MemberContact
from cloud.members.service import MemberDetails
from cloud.phone_calls import exchanges, signature
from cloud.phone_calls.models import PhoneCall, PhoneExchange
from cloud.phone_calls.signature import SignedBody
from cloud.sites import service as sites

CALLS_REFUSED_MAX: Final = 20
CALLS_REFUSED_WITHIN_S: Final = 60.0
"""So many messages of an address that are not believed within so long; then it has to wait."""
SHOWN_MAX: Final = 50
PRUNED_AT_ONCE: Final = 500
_SAME_NUMBER_MAX: Final = 50
_RULE: Final[RuleKey] = "unknown_caller"
_EXCHANGE: Final = Actor("system", "phone-exchange")


@dataclass(frozen=True, slots=True)
class Call:
    """An incoming call: the exchange's own name for it, and the caller's number in any writing, empty if withheld."""

    call_id: str
    number: str


def check_genuine(session: UnitOfWork, key: bytes, exchange_id: str, message: SignedBody) -> None:
    """Raise UnauthenticatedError unless the exchange has signed the message within the last five minutes."""
    exchange = session.get(PhoneExchange, exchange_id)
    is_known = exchange is not None and exchange.withdrawn_at is None
    secret = exchanges.secret_of(exchange, key) if exchange is not None and is_known else ""
    if not signature.is_genuine(secret, message, session.now) or not is_known:
        raise UnauthenticatedError("signature_wrong", "The signature is wrong, or older than five minutes.")


def take(session: UnitOfWork, exchange_id: str, call: Call) -> PhoneCall:
    """Note a call of an exchange, once; an unknown caller becomes a lead with a card, if the rule is on.

    Raises:
        NotFoundError: there is no such exchange.
    """
    exchange = exchanges.get(session, exchange_id)
    settings = rules.lock_if_on(session, _RULE)  # whoever calls twice at once is one lead
    session.get(PhoneExchange, exchange_id, with_for_update=True, populate_existing=True)
    known = session.scalar(
        select(PhoneCall).where(PhoneCall.exchange_id == exchange_id, PhoneCall.call_id == call.call_id)
    )
    if known is not None:
        return known
    zone = ZoneInfo(sites.get_site(session, exchange.site_id).time_zone)
    number = parse_telephone(call.number, region_of(zone.key)) or ""
    member = _take_caller(session, number, zone) if number else None
    usable = running.fit(session, settings) if settings is not None else None
    is_new = bool(number) and member is None and usable is not None
    if is_new and usable is not None:
        member = _make_lead(session, exchange.site_id, number)
        scope = Scope(exchange.site_id, zone, session.now)
        cards.open_all(session, _RULE, usable, [cause_of(number, member.id)], scope)
    elif member is not None:
        cards.note_again(session, _RULE, member.id)
    taken = PhoneCall(
        id=new_id("pcl"),
        exchange_id=exchange_id,
        call_id=call.call_id,
        number=number,
        member_id=member.id if member else None,
        is_new=is_new,
        received_at=session.now,
    )
    session.add(taken)
    session.flush()
    return taken


def find_caller(session: UnitOfWork, number: str, zone: ZoneInfo) -> Member | None:
    """Who has this E.164 number, whatever they have it written as; of several the one whose name comes first."""
    also = select(MemberContact.member_id).where(MemberContact.kind == "phone", MemberContact.value == number)
    if (member_id := session.scalars(also.order_by(MemberContact.member_id)).first()) is not None:
        return members.get(session, member_id)
    national = "".join(each for each in show_telephone(number).partition(" ")[2] if each.isdigit())
    found = members.search(session, national, after=None, limit=_SAME_NUMBER_MAX).items
    region = region_of(zone.key)
    return next((one for one in found if one.phone and parse_telephone(one.phone, region) == number), None)


def list_last(session: UnitOfWork) -> Sequence[PhoneCall]:
    """The last 50 calls, the newest first."""
    return session.scalars(select(PhoneCall).order_by(PhoneCall.received_at.desc()).limit(SHOWN_MAX)).all()


def prune(session: UnitOfWork, before: datetime) -> int:
    """Forget some calls that came before a time; how many."""
    ids = session.scalars(select(PhoneCall.id).where(PhoneCall.received_at < before).limit(PRUNED_AT_ONCE)).all()
    session.execute(delete(PhoneCall).where(PhoneCall.id.in_(ids)))
    return len(ids)


def _take_caller(session: UnitOfWork, number: str, zone: ZoneInfo) -> Member | None:
    """Who calls; nobody erases them before this transaction has ended."""
    member = find_caller(session, number, zone)
    if member is not None and keep_from_erasure(session, [member.id]):
        return find_caller(session, number, zone)  # whose number it was is not known any more
    return member


def _make_lead(session: UnitOfWork, site_id: str, number: str) -> Member:
    """Somebody of whom nothing is known but the number; until they are asked, that is their name."""
    locale = sites.get_site(session, site_id).locale
    details = MemberDetails(
        site_id=site_id, first_name=show_telephone(number), phone=number, state="lead", locale=locale
    )
    return members.create(session, _EXCHANGE, details)
