"""Who is inside: the muster roll, live, for the printer and as a table for other programs."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.presence import service
from cloud.presence.service import ZoneRoll
from cloud.sites import service as sites
from cloud.sites.models import Site

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What lets a spreadsheet run a cell."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SiteRoll:
    """Who is inside a site, by zone."""

    site: Site
    zone: ZoneInfo
    rolls: Sequence[ZoneRoll]


@router.get("/inside")
def show_inside(session: ReadSession, viewer: Viewer = viewing("access.read")) -> Response:
    """The roll of every site; as fragment the part that keeps itself up to date."""
    rolls = [
        SiteRoll(site, ZoneInfo(site.time_zone), service.who_is_inside(session, site.id))
        for site in sites.list_sites(session)
    ]
    template = "presence/rolls.html" if viewer.is_fragment else "presence/inside.html"
    return render(viewer, template, site_rolls=rolls)


@router.get("/inside/{site_id}/csv")
def export_inside(site_id: str, session: ReadSession, _viewer: Viewer = viewing("access.read")) -> Response:
    """The roll of one site as CSV, in UTF-8 with its mark, so that spreadsheets read names right."""
    zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("zone", "name", "since", "lane", "is_staff", "member_id"))
    for roll in service.who_is_inside(session, site_id):
        for person in roll.people:
            since = person.since.astimezone(zone).isoformat(timespec="seconds")
            cells = (roll.zone.name, person.name, since, person.lane_name, str(person.is_staff).lower())
            table.writerow([*map(_as_text, cells), person.member_id])
        if roll.unnamed > 0:
            table.writerow((_as_text(roll.zone.name), f"{roll.unnamed} without a name", "", "", "", ""))
    headers = {"Content-Disposition": 'attachment; filename="inside.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
