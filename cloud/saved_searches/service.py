"""Keep searches under a name, share them, and find them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select

from cloud.audit import service as audit
from cloud.database import UnitOfWork
from cloud.domain_events import SavedSearchWithdrawn
from cloud.errors import ConflictError, ForbiddenError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.saved_searches import criteria as dated
from cloud.saved_searches.criteria import CRITERIA, Dates, Kind
from cloud.saved_searches.finding import AnyCriteria, Moment
from cloud.saved_searches.models import SavedSearch
from cloud.staff.policy import Permission
from cloud.staff.service import SignedIn

OWN_MAX: Final = 100
MENU_MAX: Final = 20
SCHEDULABLE_MAX: Final = 200
READERS: Final[Mapping[Kind, Permission]] = {
    "members": "members.read",
    "holders": "members.read",
    "tasks": "tasks.read",
}
"""What somebody needs to see searches of a kind."""
SCHEDULER: Final[Permission] = "tasks.bulk"
"""What somebody needs to let searches be scheduled, and to change shared ones of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDetails:
    """What is kept of a search; the attributes are those of `models.SavedSearch`."""

    name: str
    criteria: AnyCriteria
    description: str = ""
    dates: Dates = "moving"
    is_shared: bool = False
    is_schedulable: bool = False


def create(session: UnitOfWork, staff: SignedIn, details: SearchDetails) -> SavedSearch:
    """Keep a search; its days as `dates` says.

    Raises:
        ForbiddenError: they may not see what it finds, or not let it be scheduled.
        InvalidError: they have one of this name, what is schedulable is not shared or has days that do not move, or a
            day that moves is more than ten years away.
        ConflictError: they have 100 already.
    """
    _check_rights(staff, details)
    _check_rules(details)
    _check_name(session, staff.staff_id, details.name)
    if (session.scalar(select(func.count()).where(SavedSearch.owner_id == staff.staff_id)) or 0) >= OWN_MAX:
        raise ConflictError("too_many_searches", f"You keep {OWN_MAX} searches already; delete some first.")
    search = SavedSearch(id=new_id("sav"), owner_id=staff.staff_id, created_at=session.now, changed_at=session.now)
    _write(session, search, details)
    session.add(search)
    session.flush()
    audit.record(session, staff.actor, "saved_search.create", entity=("saved_search", search.id), after=_told(search))
    return search


def change(session: UnitOfWork, staff: SignedIn, search_id: str, changes: Mapping[str, Any]) -> SavedSearch:
    """Change some of `SearchDetails`' attributes; of the criteria all at once, and not their kind.

    Raises:
        NotFoundError: they see no such search.
        ForbiddenError: it is not theirs to change.
        InvalidError: as for `create`, or the criteria are of another kind.
        InUseError: scheduled operations run on what would change.
    """
    search = take(session, staff, search_id)
    before = details_of(search)
    after = SearchDetails(**({name: getattr(before, name) for name in _NAMES} | dict(changes)))
    if after.criteria.kind != search.kind:
        raise invalid_field("criteria", "other_kind", "A search goes on looking for the same kind of thing.")
    _check_rights(staff, after)
    _check_rules(after)
    if after.name != search.name:
        _check_name(session, search.owner_id, after.name)
    told = _told(search)
    _write(session, search, after)
    if told == _told(search):
        return search
    search.changed_at = session.now
    session.flush()
    is_other = told["criteria"] != search.criteria or told["is_schedulable"] != search.is_schedulable
    if before.is_schedulable and is_other:
        session.publish(SavedSearchWithdrawn(search.id, is_gone=not search.is_schedulable))
    audit.record(
        session,
        staff.actor,
        "saved_search.change",
        entity=("saved_search", search.id),
        before=told,
        after=_told(search),
    )
    return search


def remove(session: UnitOfWork, staff: SignedIn, search_id: str) -> None:
    """Forget a search.

    Raises:
        NotFoundError: they see no such search.
        ForbiddenError: it is not theirs to change.
        InUseError: scheduled operations run on it.
    """
    search = take(session, staff, search_id)
    session.publish(SavedSearchWithdrawn(search.id, is_gone=True))
    session.delete(search)
    session.flush()
    audit.record(session, staff.actor, "saved_search.delete", entity=("saved_search", search_id), before=_told(search))


def get(session: UnitOfWork, search_id: str) -> SavedSearch:
    """A search, whoever keeps it. For packages that run it.

    Raises:
        NotFoundError: there is none with this id.
    """
    search = session.get(SavedSearch, search_id)
    if search is None:
        raise not_found("saved_search", search_id)
    return search


def get_seen(session: UnitOfWork, staff: SignedIn, search_id: str) -> SavedSearch:
    """A search that somebody sees: theirs, or a shared one.

    Raises:
        NotFoundError: they see none with this id.
    """
    search = session.scalar(select(SavedSearch).where(SavedSearch.id == search_id, *_seen_by(staff)))
    if search is None:
        raise not_found("saved_search", search_id)
    return search


def take(session: UnitOfWork, staff: SignedIn, search_id: str) -> SavedSearch:
    """A search that somebody may change.

    Raises:
        NotFoundError: they see no such search.
        ForbiddenError: it is not theirs to change.
    """
    search = get_seen(session, staff, search_id)
    if not may_change(staff, search):
        raise ForbiddenError("not_permitted", "Only who keeps the search, or plans tasks for many, may change it.")
    return search


def may_change(staff: SignedIn, search: SavedSearch) -> bool:
    """Whether it is theirs to change: their own, or a shared one; what is scheduled only by who may schedule."""
    if staff.may(SCHEDULER):
        return search.owner_id == staff.staff_id or search.is_shared
    return search.owner_id == staff.staff_id and not search.is_schedulable


def find_page(
    session: UnitOfWork, staff: SignedIn, kind: Kind | None, *, after: str | None, limit: int
) -> Page[SavedSearch]:
    """The searches that somebody sees, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(SavedSearch).where(*_seen_by(staff))
    if kind is not None:
        query = query.where(SavedSearch.kind == kind)
    return page_by_id(session, query, SavedSearch.id, after=after, limit=limit)


def list_menu(session: UnitOfWork, staff: SignedIn, kind: Kind) -> Sequence[SavedSearch]:
    """The first 20 searches of a kind that somebody sees, by name."""
    query = select(SavedSearch).where(SavedSearch.kind == kind, *_seen_by(staff))
    return session.scalars(query.order_by(SavedSearch.name, SavedSearch.id).limit(MENU_MAX)).all()


def list_schedulable(session: UnitOfWork) -> Sequence[SavedSearch]:
    """What scheduled operations may run on, by name: 200 at most."""
    query = select(SavedSearch).where(SavedSearch.is_schedulable).order_by(SavedSearch.name, SavedSearch.id)
    return session.scalars(query.limit(SCHEDULABLE_MAX)).all()


def criteria_of(search: SavedSearch) -> AnyCriteria:
    """What it looks for."""
    return CRITERIA.validate_python({"kind": search.kind} | search.criteria)


def details_of(search: SavedSearch) -> SearchDetails:
    """All that is kept of it."""
    values = {name: getattr(search, name) for name in _NAMES if name != "criteria"}
    return SearchDetails(criteria=criteria_of(search), **values)


_NAMES: Final = tuple(SearchDetails.__dataclass_fields__)


def _seen_by(staff: SignedIn) -> tuple[ColumnElement[bool], ...]:
    kinds = [kind for kind, permission in READERS.items() if staff.may(permission)]
    return SavedSearch.kind.in_(kinds), or_(SavedSearch.owner_id == staff.staff_id, SavedSearch.is_shared)


def _check_rights(staff: SignedIn, details: SearchDetails) -> None:
    needed = [READERS[details.criteria.kind], *([SCHEDULER] if details.is_schedulable else ())]
    for permission in needed:
        if not staff.may(permission):
            raise ForbiddenError("not_permitted", f"Your role {staff.role!r} has no permission {permission!r}.")


def _check_rules(details: SearchDetails) -> None:
    if details.is_schedulable and details.dates != "moving":
        raise invalid_field("dates", "schedule_needs_moving", "What is scheduled has days that move with the day.")
    if details.is_schedulable and not details.is_shared:
        raise invalid_field("is_shared", "schedule_needs_sharing", "What is scheduled is shared with all of the staff.")


def _check_name(session: UnitOfWork, owner_id: str, name: str) -> None:
    known = select(SavedSearch.id).where(SavedSearch.owner_id == owner_id, SavedSearch.name == name)
    if session.scalar(known) is not None:
        raise invalid_field("name", "name_taken", "There is a search with this name already.")


def _write(session: UnitOfWork, search: SavedSearch, details: SearchDetails) -> None:
    kept = dated.kept_as(details.criteria, details.dates, Moment.of_club(session).today)
    if dated.is_too_far(kept):
        raise invalid_field("criteria", "too_far", "A day that moves is at most ten years from today.")
    search.kind = kept.kind
    search.criteria = kept.model_dump(mode="json", exclude_none=True, exclude={"kind"})
    for name in _NAMES:
        if name != "criteria":
            setattr(search, name, getattr(details, name))


def _told(search: SavedSearch) -> dict[str, Any]:
    return {name: getattr(search, name) for name in (*_NAMES, "kind")}
