"""Who stays away, as a condition of queries on members."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select

from cloud.card_rules.models import LastActivity
from cloud.contracts.models import Contract
from cloud.kit.clock import start_of_day
from cloud.members.models import Member


def is_absent(least: int, most: int | None, today: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """A contract runs, and they were active last at least so many days ago, and at most so many if there is a bound."""
    active_at = LastActivity.active_at
    away = select(LastActivity.member_id).where(active_at < start_of_day(today - timedelta(days=least - 1), zone))
    if most is not None:
        away = away.where(active_at >= start_of_day(today - timedelta(days=most), zone))
    runs = exists().where(Contract.member_id == Member.id, Contract.starts_on <= today, Contract.use_until >= today)
    return Member.id.in_(away) & runs
