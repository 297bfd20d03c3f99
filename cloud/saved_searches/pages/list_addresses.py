"""Criteria as the addresses of the lists that show what they find, and back. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from cloud.kit.whole_numbers import parse_whole
from cloud.saved_searches.criteria import CRITERIA, HolderCriteria, Kind, MemberCriteria, TaskCriteria
from cloud.saved_searches.finding import AnyCriteria

LISTS: Final[Mapping[Kind, str]] = {"members": "/members", "holders": "/balances", "tasks": "/tasks"}
BIRTHDAYS: Final = {"today": 0, "week": 7, "month": 30}
"""Birthdays from today to so many days after it, as the list of members calls them."""
_SAME: Final = (
    "state",
    "site_id",
    "sex",
    "tag_id",
    "card_type_id",
    "card_status",
    "source_id",
    "reason_id",
    "willing_for",
    "unwilling_for",
)
_ABSENCE: Final = re.compile(r"([0-9]{1,3})(?:\.\.([0-9]{1,3}))?")

Query = Mapping[str, str]


def criteria_in(kind: Kind, query: Query) -> AnyCriteria:
    """What the address of a list asks for.

    Raises:
        pydantic.ValidationError: it asks for what there is not.
    """
    read = {"members": _members, "holders": _holders, "tasks": _tasks}[kind]
    found = {name: value for name, value in read(query).items() if value not in {None, ""}}
    if kind == "tasks":
        found.setdefault("state", None)
    return CRITERIA.validate_python({"kind": kind} | found)


def address_of(criteria: AnyCriteria) -> str:
    """The list that shows what criteria find; their days are those of today."""
    match criteria:
        case MemberCriteria():
            told = {name: getattr(criteria, name) for name in _SAME} | {"q": criteria.query}
            told["black_listed"] = "1" if criteria.is_black_listed else None
            told["birthday"] = _span(criteria.birthday_from, criteria.birthday_to)
            told["absent"] = _span(criteria.absent_days, criteria.absent_days_max)
        case HolderCriteria():
            told = {"site": criteria.site_id, "figure": criteria.figure, "lessons": criteria.lessons_left}
        case TaskCriteria():
            told = {
                "q": criteria.search,
                "state": criteria.state or "any",
                "operator": criteria.operator_id,
                "kind": criteria.action_type_id,
                "outcome": criteria.outcome_id,
                "closed_from": criteria.closed_from,
                "closed_to": criteria.closed_to,
            }
    query = urlencode({name: value for name, value in told.items() if value not in {None, ""}})
    return f"{LISTS[criteria.kind]}?{query}".rstrip("?")


def read_birthdays(text: str) -> tuple[int | date, int | date] | None:
    """From and to which day: counted from today, or days as they are; None: it says nothing."""
    if text in BIRTHDAYS:
        return 0, BIRTHDAYS[text]
    first, _, last = text.partition("..")
    try:
        return date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        return None


def read_absence(text: str) -> tuple[int, int | None] | None:
    """For how many days at least, and at most, somebody stays away; None: it says nothing."""
    found = _ABSENCE.fullmatch(text)
    return (int(found[1]) or 1, int(found[2]) if found[2] else None) if found else None


def _members(query: Query) -> dict[str, Any]:
    found: dict[str, Any] = {name: query.get(name) for name in _SAME} | {"query": query.get("q")}
    found["is_black_listed"] = True if query.get("black_listed") else None
    if (days := read_birthdays(query.get("birthday", ""))) is not None:
        found["birthday_from"], found["birthday_to"] = days
    if (absence := read_absence(query.get("absent", ""))) is not None:
        found["absent_days"], found["absent_days_max"] = absence
    return found


def _holders(query: Query) -> dict[str, Any]:
    return {
        "site_id": query.get("site"),
        "figure": query.get("figure") or "active_fee",
        "lessons_left": parse_whole(query.get("lessons", "")),
    }


def _tasks(query: Query) -> dict[str, Any]:
    state = query.get("state", "open")
    return {
        "search": query.get("q"),
        "state": None if state == "any" else state,
        "operator_id": query.get("operator"),
        "action_type_id": query.get("kind"),
        "outcome_id": query.get("outcome"),
        "closed_from": query.get("closed_from"),
        "closed_to": query.get("closed_to"),
    }


def _span(first: object, last: object) -> str:
    if first is None and last is None:
        return ""
    return f"{first}" if last is None else f"{first if first is not None else last}..{last}"
