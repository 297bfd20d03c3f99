"""What narrows the list of members, besides a search: one condition for each attribute, all of which must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, and_, extract, or_, select

from cloud.members.models import Member, MemberSite, MemberTag
from cloud.privacy_purposes.approach import is_approachable

Order = Literal["name", "-name", "added", "-added"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
_DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True)
class Further:
    """A condition on members that only a package above knows; `name` and `value` say what it is."""

    name: str
    value: str
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilter:
    """What is None does not narrow.

    Attributes:
        site_id: a branch that they use, at home there or not.
        tag_id, card_type_id, source_id, reason_id: labels.
        willing_for, unwilling_for: a purpose for which they may be approached, or may not.
        birthday_from, birthday_to: their birthday is on one of these days, both included, whatever the year.
    """

    state: str | None = None
    site_id: str | None = None
    sex: str | None = None
    tag_id: str | None = None
    card_type_id: str | None = None
    card_status: str | None = None
    source_id: str | None = None
    reason_id: str | None = None
    is_black_listed: bool | None = None
    willing_for: str | None = None
    unwilling_for: str | None = None
    birthday_from: date | None = None
    birthday_to: date | None = None
    further: tuple[Further, ...] = ()

    def set_fields(self) -> dict[str, Any]:
        """What narrows."""
        found: Mapping[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        told = {name: value for name, value in found.items() if value is not None and name != "further"}
        return told | {each.name: each.value for each in self.further}


EVERYBODY: Final = MemberFilter()
_COLUMNS: Final = ("state", "sex", "card_type_id", "card_status", "source_id", "reason_id")


def conditions_of(wanted: MemberFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions on members."""
    found = [getattr(Member, name) == value for name in _COLUMNS if (value := getattr(wanted, name)) is not None]
    found += [each.condition for each in wanted.further]
    if wanted.site_id is not None:
        guests = select(MemberSite.member_id).where(MemberSite.site_id == wanted.site_id)
        found.append(or_(Member.site_id == wanted.site_id, Member.id.in_(guests)))
    if wanted.tag_id is not None:
        found.append(Member.id.in_(select(MemberTag.member_id).where(MemberTag.label_id == wanted.tag_id)))
    if wanted.is_black_listed is not None:
        is_listed = Member.black_listed_at.is_not(None)
        found.append(is_listed if wanted.is_black_listed else ~is_listed)
    if wanted.willing_for is not None:
        found.append(is_approachable(Member.id, wanted.willing_for))
    if wanted.unwilling_for is not None:
        found.append(~is_approachable(Member.id, wanted.unwilling_for))
    first, last = wanted.birthday_from or wanted.birthday_to, wanted.birthday_to or wanted.birthday_from
    if first is not None and last is not None:
        day = extract("month", Member.birth_on) * 100 + extract("day", Member.birth_on)
        spans = [and_(day >= start, day <= end) for start, end in birthday_spans(first, last)]
        found.append(and_(Member.birth_on.is_not(None), or_(*spans)))
    return found


def birthday_spans(first: date, last: date) -> list[tuple[int, int]]:
    """The birthdays from one day to another as spans of month * 100 + day; over New Year there are two.

    Who was born on 29 February has their birthday on the 28th in other years.
    """
    if last - first >= timedelta(days=_DAYS_MAX - 1):
        return [(101, 1231)]
    if last < first:
        return [(1, 0)]
    start, end = first.month * 100 + first.day, last.month * 100 + last.day
    if end == 228 and (last + timedelta(days=1)).day == 1:
        end = 229
    return [(start, end)] if start <= end else [(start, 1231), (101, end)]
