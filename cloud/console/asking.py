"""What the addresses of pages say: the club, the days. Nonsense means the default, or narrows nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud.database import UnitOfWork
from cloud.kit.clock import start_of_day
from cloud.sites import service as sites
from cloud.sites.models import Site


def chosen_site(session: UnitOfWork, site_id: str) -> Site:
    """The club of the address, else the first.

    Raises:
        NotFoundError: there is no such site, or none at all.
    """
    every_site = sites.list_sites(session)
    return sites.get_site(session, site_id or (every_site[0].id if every_site else ""))


def typed_day(text: str) -> date | None:
    """The day of the address, from 1990 to 2199."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2199 else None


def chosen_day(text: str, default: date) -> date:
    """The day of the address, else the default."""
    return typed_day(text) or default


def typed_period(first: str, last: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From when to before when the days of the address last, both included; None: without an end on that side."""
    since, until = typed_day(first), typed_day(last)
    return (
        start_of_day(since, zone) if since else None,
        start_of_day(until + timedelta(days=1), zone) if until else None,
    )
