"""What the addresses of the schedule say: the club, the day; nonsense means the default."""

from datetime import date

from cloud.database import UnitOfWork
from cloud.sites import service as sites
from cloud.sites.models import Site


def chosen_site(session: UnitOfWork, site_id: str) -> Site:
    """The club of the address, else the first.

    Raises:
        NotFoundError: there is no such site, or none at all.
    """
    every_site = sites.list_sites(session)
    return sites.get_site(session, site_id or (every_site[0].id if every_site else ""))


def chosen_day(text: str, default: date) -> date:
    """The day of the address, else the default."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return day if 1990 <= day.year <= 2199 else default
