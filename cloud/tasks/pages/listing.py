"""The list of tasks, with its filters in the address bar, and the tasks on a member card."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.api import ReadSession
from cloud.console.asking import typed_period
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.tasks import service
from cloud.tasks.pages import terms
from cloud.tasks.pages.views import TaskView, task_views
from cloud.tasks.policy import State
from cloud.tasks.repository import TaskFilter

ROWS: Final = 50
OF_MEMBER: Final = 20

router = APIRouter()


class ListQuery(BaseModel):
    """The filters as the address bar holds them; days are inclusive, by the clock of the first site."""

    model_config = ConfigDict(extra="ignore")

    q: str = ""
    state: State | str = "open"
    operator: str = ""
    kind: str = ""
    outcome: str = ""
    closed_from: str = ""
    closed_to: str = ""


@router.get("/tasks")
def list_tasks(
    session: ReadSession,
    wanted: Annotated[ListQuery, Query()],
    viewer: Viewer = viewing("tasks.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The list; as fragment the next rows."""
    narrowed = filter_of(session, wanted)
    page = service.find_page(session, narrowed, after=after, limit=ROWS)
    template = "tasks/rows.html" if viewer.is_fragment and after else "tasks/list.html"
    return render(
        viewer,
        template,
        views=task_views(session, page.items),
        next_after=page.next,
        count=service.count(session, narrowed),
        wanted=wanted,
        query={name: value for name, value in wanted.model_dump().items() if value},
        terms=terms,
        operators=staff.list_active(session),
        types=action_types.list_all(session),
        outcomes=outcomes.list_all(session),
    )


def member_tasks(session: UnitOfWork, member: Member) -> list[TaskView]:
    """What is open about a member or acts; what was said and done is in the time line."""
    page = service.find_page(session, TaskFilter(member_id=member.id, state="acting"), after=None, limit=OF_MEMBER)
    return task_views(session, page.items, people=[member])


def filter_of(session: UnitOfWork, wanted: ListQuery) -> TaskFilter:
    """What the address asks for; what cannot be understood narrows nothing."""
    since, until = typed_period(wanted.closed_from, wanted.closed_to, sites.zone_of_days(session))
    return TaskFilter(
        search=wanted.q[:200],
        state=wanted.state if wanted.state in terms.STATES else None,  # type: ignore[arg-type]
        operator_id=wanted.operator[:24] or None,
        action_type_id=wanted.kind[:24] or None,
        outcome_id=wanted.outcome[:24] or None,
        closed_from=since,
        closed_before=until,
    )
