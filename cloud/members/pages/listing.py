"""The list of members: a search, filters as chips, an order, a count, and the next rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StringConstraints, ValidationError, field_validator

from cloud.api import ReadSession
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import CARD_TYPE_STATUSES, MEMBER_STATES, SEXES, Words
from cloud.database import UnitOfWork
from cloud.labels import service as labels
from cloud.members import contacts, service
from cloud.members.filters import ORDERS, Further, MemberFilter, Order
from cloud.members.pages.standing_rows import list_rows
from cloud.members.service import LABEL_FIELDS
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import ASKED, name_in
from cloud.saved_searches.absence import is_absent
from cloud.saved_searches.criteria import day_on
from cloud.saved_searches.finding import Moment
from cloud.saved_searches.pages.list_addresses import read_absence, read_birthdays
from cloud.sites import service as sites

PAGE_ROWS: Final = 50
_BIRTHDAYS: Final = {"today": mark("Today"), "week": mark("In the next 7 days"), "month": mark("In the next 30 days")}
_ABSENCES: Final = ("7", "14", "30", "7..7", "14..14", "30..30")
_YES: Final = {"1": mark("Yes")}
_LABELS: Final = {
    "state": mark("State"),
    "tag_id": mark("Tag"),
    "site_id": mark("Branch"),
    "black_listed": mark("Black list"),
    "sex": mark("Sex"),
    "birthday": mark("Birthday"),
    "absent": mark("Stays away"),
    "card_type_id": mark("Card type"),
    "card_status": mark("State of the card type"),
    "source_id": mark("Advertising source"),
    "reason_id": mark("Reason for contact"),
    "willing_for": mark("May be approached for"),
    "unwilling_for": mark("May not be approached for"),
}
Choice = Annotated[str, StringConstraints(max_length=24)]

router = APIRouter()


class ListQuery(BaseModel):
    """What the address of the list says; what it says wrongly does not narrow."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    order: Order = "name"
    after: Annotated[str, StringConstraints(max_length=1000)] | None = None
    state: Choice = ""
    tag_id: Choice = ""
    site_id: Choice = ""
    black_listed: Choice = ""
    sex: Choice = ""
    birthday: Choice = ""
    absent: Choice = ""
    card_type_id: Choice = ""
    card_status: Choice = ""
    source_id: Choice = ""
    reason_id: Choice = ""
    willing_for: Choice = ""
    unwilling_for: Choice = ""

    @field_validator("order", mode="before")
    @classmethod
    def _known(cls, order: object) -> object:
        return order if order in ORDERS else "name"

    def filters(self) -> dict[str, str]:
        """What narrows, by field."""
        return {name: value for name in _LABELS if (value := getattr(self, name))}

    def member_filter(self, moment: Moment) -> MemberFilter:
        """The same for the service."""
        plain: dict[str, Any] = {
            name: value for name, value in self.filters().items() if name not in {"black_listed", "birthday", "absent"}
        }
        wanted = MemberFilter(**plain, is_black_listed=True if self.black_listed else None)
        if (days := read_birthdays(self.birthday)) is not None:
            first, last = (day_on(day, moment.today) for day in days)
            wanted = replace(wanted, birthday_from=first, birthday_to=last)
        if (absence := read_absence(self.absent)) is not None:
            away = is_absent(*absence, moment.today, moment.zone)
            wanted = replace(wanted, further=(Further("absent", self.absent, away),))
        return wanted

    def address(self, path: str = "/members", **changes: str) -> str:
        """The list with something else in its address; an empty value leaves it out."""
        told = {"q": self.q, "order": "" if self.order == "name" else self.order} | self.filters() | changes
        return f"{path}?{urlencode({name: value for name, value in told.items() if value})}".rstrip("?")


async def _asked(request: Request) -> ListQuery:
    """The query as a whole: FastAPI would look for each of its fields by itself, which costs several times as much."""
    try:
        return ListQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: what can be chosen, what is, in words, and the address without it (empty where nothing is chosen)."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    value: str
    text: str
    without: str


@router.get("/members")
def list_members(
    session: ReadSession, query: Annotated[ListQuery, Depends(_asked)], viewer: Viewer = viewing("members.read")
) -> Response:
    """The list; as fragment what a search finds, or the next rows."""
    wanted = query.member_filter(Moment.of_club(session))
    page = service.search(session, query.q, after=query.after, limit=PAGE_ROWS, wanted=wanted, order=query.order)
    shown: dict[str, Any] = {
        "rows": list_rows(session, page.items, viewer),
        "tags": contacts.tags_of(session, [member.id for member in page.items]),
        "query": query,
        "next_after": page.next,
    }
    if viewer.is_fragment and query.after:
        return render(viewer, "members/rows.html", **shown)
    response = render(
        viewer,
        "members/results.html" if viewer.is_fragment else "members/list.html",
        **shown,
        q=query.q,
        count=service.count_found(session, query.q, wanted),
        chips=_chips(session, query, viewer),
    )
    if viewer.is_fragment:
        response.headers["HX-Replace-Url"] = query.address()  # without the filters that are empty
    return response


def _chips(session: UnitOfWork, query: ListQuery, viewer: Viewer) -> list[Chip]:
    say = viewer.words.text

    def named(names: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(code, say(text)) for code, text in names.items()]

    offered: dict[str, list[tuple[str, str]]] = {
        "state": named(MEMBER_STATES),
        "site_id": [(site.id, site.name) for site in sites.list_sites(session)],
        "black_listed": named(_YES),
        "sex": named(SEXES),
        "birthday": named(_BIRTHDAYS) + _other(query.birthday, _BIRTHDAYS, _birthdays(query.birthday, viewer.words)),
        "absent": [(each, _absence(each, viewer.words)) for each in _ABSENCES]
        + _other(query.absent, _ABSENCES, _absence(query.absent, viewer.words)),
        "card_status": named(CARD_TYPE_STATUSES),
    }
    asked = [purpose for purpose in purposes.list_usable(session) if purpose.basis in ASKED]
    offered["willing_for"] = offered["unwilling_for"] = [
        (purpose.id, name_in(purpose.names, viewer.language)) for purpose in asked
    ]
    named_labels = labels.names_by_kind(session)
    offered["tag_id"] = named_labels["tag"]
    offered |= {field: named_labels[kind] for field, kind in LABEL_FIELDS.items()}
    chips = []
    for name, label in _LABELS.items():
        value, choices = getattr(query, name), offered[name]
        if choices:
            text = dict(choices).get(value, value)
            without = query.address(**{name: ""}) if value else ""
            chips.append(Chip(name, say(label), choices, value, text, without))
    return chips


def _other(value: str, offered: Collection[str], text: str) -> list[tuple[str, str]]:
    """What a saved search asks for besides what the list offers."""
    return [(value, text)] if text and value not in offered else []


def _birthdays(value: str, words: Words) -> str:
    days = read_birthdays(value)
    return "" if days is None else " – ".join(words.day(day) for day in days if isinstance(day, date))


def _absence(value: str, words: Words) -> str:
    found = read_absence(value)
    if found is None:
        return ""
    least, most = found
    if most is None:
        return words.text(mark("%(days)s days or more"), days=words.number(least))
    if most == least:
        return words.text(mark("exactly %(days)s days"), days=words.number(least))
    return words.text(mark("%(first)s to %(last)s days"), first=words.number(least), last=words.number(most))
