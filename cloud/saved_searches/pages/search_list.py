"""The list of saved searches, the menu of them beside another list, and the way from a search to what it finds."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.saved_searches import criteria as dated
from cloud.saved_searches import service
from cloud.saved_searches.criteria import Kind
from cloud.saved_searches.finding import Moment
from cloud.saved_searches.pages import terms
from cloud.saved_searches.pages.list_addresses import address_of
from cloud.staff import service as staff

ROWS: Final = 50

router = APIRouter()


@router.get("/searches")
def show_searches(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The viewer's own searches and shared ones; as fragment the next rows."""
    page = service.find_page(session, viewer.signed_in, None, after=after, limit=ROWS)
    is_more = viewer.is_fragment and after is not None
    return render(
        viewer,
        "saved_searches/rows.html" if is_more else "saved_searches/list.html",
        searches=page.items,
        next_after=page.next,
        changeable={each.id for each in page.items if service.may_change(viewer.signed_in, each)},
        names=staff.names_of(session, {each.owner_id for each in page.items}),
        terms=terms,
    )


@router.get("/searches/menu/{kind}")
def show_menu(kind: Kind, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The searches that open the list of this kind, as links."""
    searches = service.list_menu(session, viewer.signed_in, kind)
    return render(viewer, "saved_searches/menu.html", searches=searches, terms=terms)


@router.get("/searches/{saved_search_id}")
def open_search(saved_search_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The list, narrowed to what the search finds today."""
    criteria = service.criteria_of(service.get_seen(session, viewer.signed_in, saved_search_id))
    today = Moment.of_club(session).today
    return RedirectResponse(address_of(dated.on(criteria, today)), status_code=303)
