"""Who paid what, when and how at a site; what failed and what was taken back. The filters are in the address bar."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from cloud.api import ReadSession
from cloud.console.asking import chosen_day, chosen_site
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import BALANCE_FIGURES
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.payments import service
from cloud.payments.pages.terms import SOURCES, STATES
from cloud.payments.repository import PaymentFilter
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.time_line.pages.words import METHODS

PAGE_ROWS: Final = 50

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says; days as typed, the first empty: the month's first, the last empty: today."""

    site: Annotated[str, Query(max_length=24)] = ""
    q: Annotated[str, Query(max_length=200)] = ""
    since: Annotated[str, Query(max_length=10)] = ""
    until: Annotated[str, Query(max_length=10)] = ""
    source: Annotated[str, Query(max_length=10)] = ""
    method: Annotated[str, Query(max_length=10)] = ""
    state: Annotated[str, Query(max_length=10)] = ""
    after: Annotated[str | None, Query(max_length=1000)] = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The site, the days, both included, and the payments that the address means."""

    site: Site
    zone: ZoneInfo
    today: date
    first: date
    last: date
    wanted: PaymentFilter

    def query(self, asked: Asked) -> dict[str, Any]:
        """The same as an address says it, whole."""
        told = asdict(asked) | {"site": self.site.id, "since": self.first, "until": self.last, "after": None}
        return {name: value for name, value in told.items() if value}


@router.get("/payments")
def show_payments(
    session: ReadSession, asked: Annotated[Asked, Depends()], viewer: Viewer = viewing("dues.read")
) -> Response:
    """The list with what it adds up to; as fragment the next rows."""
    chosen = choose(session, asked)
    page = service.find_page(session, chosen.wanted, after=asked.after, limit=PAGE_ROWS)
    is_more = viewer.is_fragment and asked.after is not None
    return render(
        viewer,
        "payments/rows.html" if is_more else "payments/list.html",
        chosen=chosen,
        site=chosen.site,
        sites=sites.list_sites(session),
        figures=BALANCE_FIGURES,
        asked=asked,
        query=chosen.query(asked),
        sums=[] if is_more else service.sum_up(session, chosen.wanted),
        payments=page.items,
        next_after=page.next,
        sources=SOURCES,
        methods=METHODS,
        states=STATES,
    )


def choose(session: UnitOfWork, asked: Asked) -> Chosen:
    """What the address means; what cannot be understood narrows nothing, and a period is a year long at most."""
    site = chosen_site(session, asked.site)
    zone = ZoneInfo(site.time_zone)
    today = local_day(session.now, zone)
    last = chosen_day(asked.until, today)
    first = chosen_day(asked.since, last.replace(day=1))
    first = max(min(first, last), last - service.PERIOD_MAX)
    since, until = service.period_of(first, last, zone)
    wanted = PaymentFilter(
        site_id=site.id,
        since=since,
        until=until,
        source=asked.source if asked.source in SOURCES else None,  # type: ignore[arg-type]
        method=asked.method if asked.method in METHODS else None,  # type: ignore[arg-type]
        state=asked.state if asked.state in STATES else None,  # type: ignore[arg-type]
        search=asked.q,
    )
    return Chosen(site, zone, today, first, last, wanted)
