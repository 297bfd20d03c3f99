"""Saved searches over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.members.schemas import MemberOut
from cloud.saved_searches import criteria as dated
from cloud.saved_searches import finding, service
from cloud.saved_searches.criteria import Kind
from cloud.saved_searches.finding import Moment
from cloud.saved_searches.models import SavedSearch
from cloud.saved_searches.schemas import CountOut, SearchChange, SearchIn, SearchOut
from cloud.saved_searches.service import SearchDetails
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(prefix="/saved-searches", tags=["saved searches"])


@router.get("", responses=problems(401, 403, 422))
def list_saved_searches(
    session: ReadSession,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
    staff: SignedIn = require("members.read"),
) -> Page[SearchOut]:
    """Your own searches and those that are shared, the newest first."""
    page = service.find_page(session, staff, kind, after=after, limit=limit)
    moment = Moment.of_club(session)
    return Page(items=[_out(search, moment) for search in page.items], next=page.next)


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
def create_saved_search(body: SearchIn, session: Transaction, staff: SignedIn = require("members.read")) -> SearchOut:
    """Keep a search under a name."""
    details = SearchDetails(**{name: getattr(body, name) for name in SearchIn.model_fields})
    return _out(service.create(session, staff, details), Moment.of_club(session))


@router.get("/{saved_search_id}", responses=problems(401, 403, 404))
def get_saved_search(
    saved_search_id: str, session: ReadSession, staff: SignedIn = require("members.read")
) -> SearchOut:
    """One search."""
    return _out(service.get_seen(session, staff, saved_search_id), Moment.of_club(session))


@router.patch("/{saved_search_id}", responses=problems(401, 403, 404, 409, 422))
def change_saved_search(
    saved_search_id: str, body: SearchChange, session: Transaction, staff: SignedIn = require("members.read")
) -> SearchOut:
    """Rename a search, share it, let it be scheduled, or look for something else."""
    told = {name: getattr(body, name) for name in body.model_fields_set}
    if told.get("criteria", body) is None:
        del told["criteria"]
    return _out(service.change(session, staff, saved_search_id, told), Moment.of_club(session))


@router.delete("/{saved_search_id}", status_code=204, responses=problems(401, 403, 404, 409))
def delete_saved_search(
    saved_search_id: str, session: Transaction, staff: SignedIn = require("members.read")
) -> Response:
    """Forget a search; 409 while a scheduled operation runs on it."""
    service.remove(session, staff, saved_search_id)
    return Response(status_code=204)


@router.get("/{saved_search_id}/members", responses=problems(401, 403, 404, 422))
def list_found_members(
    saved_search_id: str,
    session: ReadSession,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
    staff: SignedIn = require("members.read"),
) -> Page[MemberOut]:
    """Whom it finds now, in the order in which they were added."""
    criteria = service.criteria_of(service.get_seen(session, staff, saved_search_id))
    page = finding.find_page(session, criteria, Moment.of_club(session), after=after, limit=limit)
    return Page(items=[MemberOut.model_validate(member) for member in page.items], next=page.next)


@router.get("/{saved_search_id}/count", responses=problems(401, 403, 404))
def count_found_members(
    saved_search_id: str, session: ReadSession, staff: SignedIn = require("members.read")
) -> CountOut:
    """How many it finds now."""
    criteria = service.criteria_of(service.get_seen(session, staff, saved_search_id))
    moment = Moment.of_club(session)
    return CountOut(today=moment.today, count=finding.count(session, criteria, moment))


def _out(search: SavedSearch, moment: Moment) -> SearchOut:
    criteria = service.criteria_of(search)
    values = {name: getattr(search, name) for name in SearchOut.model_fields if hasattr(search, name)}
    return SearchOut(
        **values | {"criteria": criteria, "criteria_today": dated.on(criteria, moment.today)}, today=moment.today
    )
