"""The board: six columns, filters in the address bar, and one card as the page fetches it when its task changed."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from cloud.action_types import service as action_types
from cloud.api import ReadSession
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.task_board import cards
from cloud.tasks import enquiry_statuses, history
from cloud.tasks.pages import terms
from cloud.tasks.repository import TaskFilter

COLUMN_NAMES: Final = {
    "unsorted": mark("Unsorted"),
    "overdue": mark("Overdue"),
    "today": mark("Today"),
    "tomorrow": mark("Tomorrow"),
    "this_week": mark("This week"),
    "later": mark("Later"),
}

router = APIRouter()


class BoardQuery(BaseModel):
    """The filters as the address bar holds them."""

    model_config = ConfigDict(extra="ignore")

    q: str = ""
    site: str = ""
    status: str = ""
    operator: str = ""
    kind: str = ""

    def to_filter(self) -> TaskFilter:
        """Which tasks they want."""
        return TaskFilter(
            search=self.q[:200],
            site_id=self.site[:24] or None,
            enquiry_status_id=self.status[:24] or None,
            operator_id=self.operator[:24] or None,
            action_type_id=self.kind[:24] or None,
        )


Wanted = Annotated[BoardQuery, Query()]


@router.get("/board")
def show_board(
    session: ReadSession,
    wanted: Wanted,
    viewer: Viewer = viewing("tasks.read"),
    known: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """The board; as fragment its columns alone, or nothing (204) when the newest change is `known` to the page."""
    newest = newest_change(session)
    if viewer.is_fragment and known and known == newest:
        return Response(status_code=204)
    template = "task_board/columns.html" if viewer.is_fragment else "task_board/board.html"
    return render(
        viewer,
        template,
        board=cards.find_board(session, wanted.to_filter()),
        names=COLUMN_NAMES,
        terms=terms,
        wanted=wanted,
        query={name: value for name, value in wanted.model_dump().items() if value},
        newest=newest,
        now_ms=cards.milliseconds(session.now),
        sites=sites.list_sites(session),
        statuses=enquiry_statuses.list_all(session),
        operators=staff.list_active(session),
        kinds=action_types.list_all(session),
    )


@router.get("/board/cards/{task_id}/shown")
def show_card(task_id: str, session: ReadSession, wanted: Wanted, viewer: Viewer = viewing("tasks.read")) -> Response:
    """One card as it stands now; nothing (204) when it is not on the board with these filters."""
    card = cards.find_card(session, task_id, wanted.to_filter())
    if card is None:
        return Response(status_code=204)
    return render(viewer, "task_board/one_card.html", card=card, names=COLUMN_NAMES, terms=terms)


def newest_change(session: UnitOfWork) -> str:
    """What changed last about any task, as the page remembers it."""
    return next(iter(history.newest(session, 1)), "")


def back_to_board(viewer: Viewer) -> Response:
    """After a change: an empty dialog, which the page closes; the board itself without scripts."""
    return HTMLResponse("") if viewer.is_fragment else go_to(viewer, "/board", notice="task_saved")
