"""The audit log in the console: who did what, with what was before and after, and filters in the address bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from cloud.api import ReadSession
from cloud.audit import service
from cloud.audit.models import AuditEntry
from cloud.audit.service import AuditFilter
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.kit.clock import start_of_day
from cloud.sites import service as sites
from cloud.staff import employment

ROWS: Final = 50
VALUE_CHARACTERS_MAX: Final = 300
router = APIRouter()


class ListQuery(BaseModel):
    """The filters as the address bar holds them; days are inclusive, by the clock of the first site."""

    model_config = ConfigDict(extra="ignore")

    who: str = ""
    what: str = ""
    about: str = ""
    entity: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; None: there was or is none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with the name of who acted."""

    entry: AuditEntry
    who: str
    changes: list[Change]


@router.get("/settings/audit")
def show_audit(
    session: ReadSession,
    wanted: Annotated[ListQuery, Query()],
    viewer: Viewer = viewing("audit.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The newest entries that the filters let through."""
    found = sites.list_sites(session)
    zone = ZoneInfo(found[0].time_zone if found else "UTC")
    page = service.list_entries(session, _filter(wanted, zone), after=after, limit=ROWS)
    people = employment.list_all(session)
    names = {person.id: person.name for person in people}
    query = {name: value for name, value in wanted.model_dump().items() if value}
    return render(
        viewer,
        "audit/list.html",
        views=[EntryView(entry, names.get(entry.actor_id, entry.actor_id), _changes(entry)) for entry in page.items],
        next_after=page.next,
        wanted=wanted,
        query=query,
        people=people,
        kinds=service.list_kinds(session),
        zone=zone,
    )


def _filter(wanted: ListQuery, zone: ZoneInfo) -> AuditFilter:
    first, last = _day(wanted.first), _day(wanted.last)
    texts = [_storable(text) for text in (wanted.who, wanted.what, wanted.about, wanted.entity)]
    return AuditFilter(
        actor_id=texts[0],
        action=texts[1],
        entity_kind=texts[2],
        entity_id=texts[3],
        since=start_of_day(first, zone) if first else None,
        until=start_of_day(last + timedelta(days=1), zone) if last else None,
    )


def _storable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:64].strip()


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2199 else None


def _changes(entry: AuditEntry) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    names: Iterable[str] = dict.fromkeys((*before, *after))
    return [
        Change(name, _text(before, name), _text(after, name))
        for name in names
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]


def _text(values: dict[str, Any], name: str) -> str | None:
    if name not in values or values[name] in (None, ""):
        return None
    text = str(values[name])
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + "…"
