"""The agenda of an operator by day and week; the address tells whose and when."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from cloud.api import ReadSession
from cloud.console.asking import chosen_day
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.kit.clock import local_day
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.task_board.agenda import Span, find_agenda
from cloud.tasks.pages import terms

router = APIRouter()


class AgendaQuery(BaseModel):
    """Whose agenda (empty: one's own), around which day (empty: today)."""

    model_config = ConfigDict(extra="ignore")

    operator: str = ""
    day: str = ""
    span: str = "week"


@router.get("/agenda")
def show_agenda(
    session: ReadSession, wanted: Annotated[AgendaQuery, Query()], viewer: Viewer = viewing("tasks.read")
) -> Response:
    """The agenda; as fragment its days alone."""
    today = local_day(session.now, sites.zone_of_days(session))
    span: Span = "day" if wanted.span == "day" else "week"
    operator_id = wanted.operator[:24] or viewer.signed_in.staff_id
    may_see = viewer.may("sessions.read")
    agenda = find_agenda(session, operator_id, chosen_day(wanted.day, today), span, has_sessions=may_see)
    step = timedelta(days=len(agenda.days))
    return render(
        viewer,
        "task_board/days.html" if viewer.is_fragment else "task_board/agenda.html",
        agenda=agenda,
        span=span,
        today=today,
        day=agenda.first,
        earlier=agenda.first - step,
        following=agenda.first + step,
        operator_id=operator_id,
        operators=staff.list_active(session),
        terms=terms,
    )
