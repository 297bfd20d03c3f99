"""Who is inside: the muster roll, live, for the printer and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from cloud.api import ReadSession, Transaction
from cloud.console import table_files
from cloud.console.rendering import render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import Words
from cloud.kit.clock import local_day
from cloud.kit.spreadsheets import Cell, Format
from cloud.presence import service
from cloud.presence.service import ZoneRoll
from cloud.sites import service as sites
from cloud.sites.models import Site

HEADER: Final = ("zone", "member_id", "member", "since", "lane", "is_staff")

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


@router.get("/inside/{site_id}/export")
def export_inside(
    site_id: str, session: Transaction, viewer: Viewer = viewing("access.read"), form: Format = "xlsx"
) -> StreamingResponse:
    """The roll of one site, by zone; who has no name is in a row with their number."""
    zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
    file = TableFile(
        name="inside",
        noun="presence",
        form=form,
        day=local_day(session.now, zone),
        header=HEADER,
        narrowed={"site": site_id},
    )
    return table_files.send(session, viewer, file, _rows(service.who_is_inside(session, site_id), viewer.words, zone))


def _rows(rolls: Sequence[ZoneRoll], words: Words, zone: ZoneInfo) -> Iterator[Sequence[Cell]]:
    for roll in rolls:
        for person in roll.people:
            since = table_files.local(person.since, zone)
            is_staff = table_files.yes(words, when=person.is_staff)
            yield roll.zone.name, person.member_id, person.name, since, person.lane_name, is_staff
        if roll.unnamed:
            yield roll.zone.name, "", _unnamed(roll.unnamed, words), "", "", ""


def _unnamed(count: int, words: Words) -> str:
    """Who came in without a card, or left without one."""
    if count > 0:
        return words.counted("%(num)s person without a name", "%(num)s people without a name", count)
    return words.counted("%(num)s has left without a card", "%(num)s have left without a card", -count)
