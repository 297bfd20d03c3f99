"""The audit log in the console: who did what, with what was before and after, and filters in the address bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from cloud.api import AppDatabase, ReadSession
from cloud.audit import checks, service
from cloud.audit.models import AuditEntry
from cloud.audit.service import AuditFilter
from cloud.console.asking import typed_period
from cloud.console.audit_acts import act_in_words
from cloud.console.audit_words import field_in_words, kind_in_words, value_in_words
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
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
    """An entry with the name of who acted, of what was done, and of the kind of what it is about."""

    entry: AuditEntry
    who: str
    act: str
    kind: str
    changes: list[Change]


@router.get("/settings/audit")
def show_audit(
    session: ReadSession,
    wanted: Annotated[ListQuery, Query()],
    viewer: Viewer = viewing("audit.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The newest entries that the filters let through."""
    zone = sites.zone_of_days(session)
    page = service.list_entries(session, filter_of(wanted, zone), after=after, limit=ROWS)
    people = employment.list_all(session)
    names = {person.id: person.name for person in people}
    query = {name: value for name, value in wanted.model_dump().items() if value}
    words = viewer.words
    return render(
        viewer,
        "audit/list.html",
        views=[
            EntryView(
                entry,
                names.get(entry.actor_id, entry.actor_id),
                act_in_words(entry.action, words),
                kind_in_words(entry.entity_kind, words),
                _changes(entry, words),
            )
            for entry in page.items
        ],
        last=checks.last_check(session),
        names=names,
        next_after=page.next,
        wanted=wanted,
        query=query,
        people=people,
        kinds=sorted(((kind_in_words(kind, words), kind) for kind in service.list_kinds(session)), key=_by_name),
        zone=zone,
    )


@router.post("/settings/audit/check")
def check_log(database: AppDatabase, form: Submission = submitting("audit.read")) -> Response:
    """Look whether the log is as it was written; the page says what was found."""
    checks.check(database, form.viewer.signed_in.actor)
    return go_to(form.viewer, "/settings/audit")


def _by_name(kind: tuple[str, str]) -> str:
    return kind[0].casefold()


def filter_of(wanted: ListQuery, zone: ZoneInfo) -> AuditFilter:
    """What the address asks for; what cannot be understood narrows nothing."""
    since, until = typed_period(wanted.first, wanted.last, zone)
    texts = [_storable(text) for text in (wanted.who, wanted.what, wanted.about, wanted.entity)]
    return AuditFilter(
        actor_id=texts[0],
        action=texts[1],
        entity_kind=texts[2],
        entity_id=texts[3],
        since=since,
        until=until,
    )


def _storable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:64].strip()


def _changes(entry: AuditEntry, words: Words) -> list[Change]:
    """What has another value now; what was and is empty is left out."""
    before, after = entry.before or {}, entry.after or {}
    names: Iterable[str] = dict.fromkeys((*before, *after))
    changes = [
        Change(field_in_words(name, words), _text(before, name, words), _text(after, name, words))
        for name in names
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]
    return [change for change in changes if (change.before, change.after) != (None, None)]


def _text(values: dict[str, Any], name: str, words: Words) -> str | None:
    if name not in values or values[name] in (None, "", [], {}):
        return None
    text = value_in_words(values[name], words)
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + "…"
