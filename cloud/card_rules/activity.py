"""When members were active last, kept up to date by whatever happens to them: absences are found by an index."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from cloud.bookings.models import Booking
from cloud.card_rules.models import LastActivity
from cloud.card_rules.policy import CAUGHT_UP
from cloud.contracts.models import Contract, Freeze
from cloud.contracts.service import list_of_members
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.members.models import Member

FREEZES_AT_ONCE: Final = 25
_PARTS: Final = ("visited_at", "booked_at", "bought_at", "paused_until")


def note_visit(session: UnitOfWork, member_id: str, at: datetime) -> None:
    """The member came; a gateway may tell it days later, and in any order."""
    row = _take(session, member_id, at)
    if row.visited_at is None or row.visited_at < at:
        _set(row, visited_at=at)
        session.flush()


def note_bookings(session: UnitOfWork, member_id: str) -> None:
    """A booking was made or cancelled: the last one that stands counts, also when it is still to come."""
    query = select(func.max(Booking.ends_at)).where(Booking.member_id == member_id, Booking.cancelled_at.is_(None))
    _set(_take(session, member_id, session.now), booked_at=session.scalar(query))
    session.flush()


def note_contracts(session: UnitOfWork, member_id: str, contracts: Iterable[Contract], zone: ZoneInfo) -> None:
    """Something changed about the member's contracts: the last sale counts, and the days of a freeze do not."""
    known = list(contracts)
    row = _take(session, member_id, session.now)
    bought_at = max((contract.created_at for contract in known), default=None)
    _set(row, bought_at=bought_at, paused_until=pause_of(known, local_day(session.now, zone), zone))
    session.flush()


def join(session: UnitOfWork, kept_id: str, old_id: str) -> None:
    """Two entries become one person's: the latest of what each did counts, and the old entry has no row any more."""
    old = session.get(LastActivity, old_id, with_for_update=True, populate_existing=True)
    if old is None:
        return
    kept = _take(session, kept_id, old.active_at)
    latest = {name: max(filter(None, (getattr(kept, name), getattr(old, name))), default=None) for name in _PARTS}
    active_at = max(kept.active_at, old.active_at)
    session.delete(old)
    _set(kept, **latest)
    kept.active_at = max(kept.active_at, active_at)
    session.flush()


def pause_of(contracts: Iterable[Contract], today: date, zone: ZoneInfo) -> datetime | None:
    """When the last freeze that has begun ends, whether that is over or to come; None: there was none."""
    ends = [freeze.ends_on for contract in contracts for freeze in contract.freezes if freeze.starts_on <= today]
    return start_of_day(max(ends) + timedelta(days=1), zone) if ends else None


def note_begun_freezes(session: UnitOfWork, site_id: str, today: date, zone: ZoneInfo, *, after: int) -> int | None:
    """Count freezes that were dated ahead and have begun within the last week; some, and behind which others follow."""
    query = (
        select(Freeze.id, Contract.member_id)
        .join(Contract, Contract.id == Freeze.contract_id)
        .join(Member, Member.id == Contract.member_id)
        .where(Freeze.starts_on.between(today - CAUGHT_UP, today), Member.site_id == site_id, Freeze.id > after)
        .order_by(Freeze.id)
        .limit(FREEZES_AT_ONCE)
    )
    rows = session.execute(query).all()
    for member_id, theirs in groupby(list_of_members(session, {row[1] for row in rows}), key=attrgetter("member_id")):
        note_contracts(session, member_id, theirs, zone)
    return rows[-1][0] if len(rows) == FREEZES_AT_ONCE else None


def _take(session: UnitOfWork, member_id: str, at: datetime) -> LastActivity:
    """The member's row, for this transaction alone; made when there is none."""
    row = session.get(LastActivity, member_id, with_for_update=True, populate_existing=True)
    if row is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        new: dict[str, Any] = {"member_id": member_id, "active_at": at}
        session.execute(insert(LastActivity).values(new).on_conflict_do_nothing(index_elements=["member_id"]))
        row = session.get(LastActivity, member_id, with_for_update=True, populate_existing=True)
    assert row is not None, "somebody has just made it"
    return row


def _set(row: LastActivity, **parts: datetime | None) -> None:
    for name, value in parts.items():
        setattr(row, name, value)
    known = [value for name in _PARTS if (value := getattr(row, name)) is not None]
    row.active_at = max(known, default=row.active_at)
