"""The payments of a site as staff read them: a page of the list, and what it adds up to. Nothing is changed here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.clock import start_of_day
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.members import service as members
from cloud.payments import repository
from cloud.payments.repository import PaymentFilter, Source, State
from cloud.staff import service as staff

PERIOD_MAX: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One charge for a contract, or one receipt of the till.

    `state`: `succeeded`, `failed`, or `reversed` (taken back, refunded, or charged back by the bank). `title` is the
    contract's plan, or what stands on the receipt. `reason` says why it failed or was taken back.
    """

    id: str
    source: Source
    at: datetime
    member_id: str
    member_name: str
    amount_minor: int
    currency: str
    method: str
    state: State
    title: str
    contract_id: str | None
    recorded_by: str
    recorded_by_name: str
    reference: str
    reason: str
    reversed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """So many payments of so much, in minor units."""

    count: int = 0
    amount_minor: int = 0

    def plus(self, count: int, amount_minor: int) -> "Tally":
        """With some more."""
        return Tally(self.count + count, self.amount_minor + amount_minor)


@dataclass(slots=True)
class CurrencySums:
    """What payments in one currency add up to by state, and what succeeded by method. Currencies are never mixed."""

    currency: str
    states: dict[State, Tally] = field(default_factory=dict)
    methods: dict[str, Tally] = field(default_factory=dict)


def period_of(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, by the site's clock.

    Raises:
        InvalidError: the last is before the first, or more than a year after it.
    """
    if last < first:
        raise invalid_field("until", "end_before_start", "End on the first day, or after it.")
    if last - first > PERIOD_MAX:
        raise invalid_field("until", "period_too_long", f"Ask for {PERIOD_MAX.days} days at most.")
    return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)


def find_page(session: UnitOfWork, wanted: PaymentFilter, *, after: str | None, limit: int) -> Page[Payment]:
    """The payments that are wanted, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    rows = repository.find_page(session, wanted, after=_read_place(after), limit=limit + 1)
    page = cut_page(rows, limit, lambda row: (row.at.isoformat(), row.id))
    return Page(_payments(session, page.items), page.next)


def sum_up(session: UnitOfWork, wanted: PaymentFilter) -> list[CurrencySums]:
    """What all of the payments that are wanted add up to, by currency."""
    return _summed(repository.sum_up(session, wanted))


def _summed(rows: Iterable[tuple[str, Any, str, int, int]]) -> list[CurrencySums]:
    found: dict[str, CurrencySums] = {}
    for currency, state, method, amount_minor, count in rows:
        sums = found.setdefault(currency, CurrencySums(currency))
        sums.states[state] = sums.states.get(state, Tally()).plus(count, amount_minor)
        if state == "succeeded":
            sums.methods[method] = sums.methods.get(method, Tally()).plus(count, amount_minor)
    return list(found.values())


def _payments(session: UnitOfWork, rows: Sequence[Any]) -> list[Payment]:
    names = members.names_of(session, {row.member_id for row in rows})
    people = staff.names_of(session, {row.recorded_by for row in rows})
    titles = repository.titles_of(session, [row.id for row in rows if row.source == "till"])
    return [_payment(row._mapping, names, people, titles) for row in rows]


def _payment(
    row: Mapping[str, Any], names: Mapping[str, str], people: Mapping[str, str], titles: Mapping[str, Sequence[str]]
) -> Payment:
    told = dict(row)
    told["title"] = told["title"] or ", ".join(titles.get(row["id"], ()))
    return Payment(member_name=names[row["member_id"]], recorded_by_name=people.get(row["recorded_by"], ""), **told)


def _read_place(after: str | None) -> tuple[datetime, str] | None:
    key = read_cursor(after, str, str)
    if key is None:
        return None
    try:
        at = datetime.fromisoformat(str(key[0]))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1970 <= at.year <= 9998:
        raise invalid_field("after", "cursor_wrong", "Pass the `next` of the page before.")
    return at, str(key[1])
