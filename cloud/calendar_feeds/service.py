"""Make, revoke and find calendar addresses. The secret in one is a signature, so that none is kept in the database."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.calendar_feeds.models import CalendarFeed
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.staff.models import Staff

_CONTEXT: Final = b"calendar feed:"


def make(session: UnitOfWork, actor: Actor, staff_id: str) -> CalendarFeed:
    """Give a trainer's calendar an address.

    Raises:
        InvalidError: nobody of the active staff has this id.
        ConflictError: it has one.
    """
    person = session.get(Staff, staff_id)
    if person is None or not person.is_active:
        raise invalid_field("staff_id", "unknown_trainer", "Use somebody of the staff.")
    if find_of(session, staff_id) is not None:
        raise ConflictError("calendar_exists", "The calendar has an address; revoke it first.")
    feed = CalendarFeed(id=new_id("cal"), staff_id=staff_id, created_at=session.now)
    session.add(feed)
    session.flush()
    after = {"staff_id": staff_id}
    audit.record(session, actor, "calendar_feed.create", entity=("calendar_feed", feed.id), after=after)
    return feed


def revoke(session: UnitOfWork, actor: Actor, staff_id: str) -> None:
    """Take the address away; whoever uses it gets nothing from now on.

    Raises:
        NotFoundError: there is none.
    """
    feed = find_of(session, staff_id)
    if feed is None:
        raise not_found("calendar_feed", staff_id)
    session.delete(feed)
    session.flush()
    before = {"staff_id": staff_id}
    audit.record(session, actor, "calendar_feed.revoke", entity=("calendar_feed", feed.id), before=before)


def find_of(session: UnitOfWork, staff_id: str) -> CalendarFeed | None:
    """The address of somebody's calendar, if it has one."""
    return session.scalar(select(CalendarFeed).where(CalendarFeed.staff_id == staff_id))


def list_all(session: UnitOfWork) -> Sequence[CalendarFeed]:
    """Every address: one for each of the staff at most."""
    return session.scalars(select(CalendarFeed)).all()


def token_of(feed: CalendarFeed, secret: bytes) -> str:
    """The secret part of the address: who has it may fetch the calendar."""
    return f"{feed.id}.{_signature(feed.id, secret)}"


def find_by_token(session: UnitOfWork, token: str, secret: bytes) -> CalendarFeed:
    """The calendar that an address is of.

    Raises:
        NotFoundError: the signature is wrong, the address was revoked, or its owner left.
    """
    feed_id, _, signature = token.partition(".")
    is_genuine = hmac.compare_digest(signature.encode(), _signature(feed_id, secret).encode())
    feed = session.get(CalendarFeed, feed_id) if is_genuine else None
    owner = session.get(Staff, feed.staff_id) if feed is not None else None
    if feed is None or owner is None or not owner.is_active:
        raise not_found("calendar_feed", "")
    return feed


def _signature(feed_id: str, secret: bytes) -> str:
    return hmac.new(secret, _CONTEXT + feed_id.encode(), hashlib.sha256).hexdigest()[:40]
