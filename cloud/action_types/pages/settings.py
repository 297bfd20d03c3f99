"""The settings of tasks on one page: types with what each does at the gate, outcomes by class, enquiry statuses."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from cloud.action_types import outcomes, service
from cloud.action_types.models import ActionType, Outcome
from cloud.action_types.pages import terms
from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.objections import service as objections
from cloud.tasks import enquiry_statuses, task_templates

router = APIRouter()


@dataclass(frozen=True, slots=True)
class TypeView:
    """A type with its outcomes."""

    kind: ActionType
    outcomes: Sequence[Outcome]

    @property
    def is_without_closing(self) -> bool:
        """Whether its tasks could only be closed without saying how they ended."""
        return not any(outcomes.is_closing(outcome) for outcome in self.outcomes)


@router.get("/settings/tasks")
def show_task_settings(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The whole page."""
    kinds = service.list_all(session)
    attached = service.outcomes_of(session, [kind.id for kind in kinds])
    known = outcomes.list_all(session)
    return render(
        viewer,
        "action_types/settings.html",
        terms=terms,
        types=[TypeView(kind, attached[kind.id]) for kind in kinds],
        classes=[(name, [each for each in known if each.state_class == name]) for name in terms.CLASSES],
        statuses=enquiry_statuses.list_all(session),
        templates=task_templates.list_all(session),
        objections=objections.list_all(session),
    )
