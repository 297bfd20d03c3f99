"""Templates: a task with a name, to begin it again without typing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.tasks import service
from cloud.tasks.models import TaskTemplate

TEMPLATES_MAX: Final = 100
DAYS_MAX: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDetails:
    """What a task of the template is; it is to be completed `days_to_complete` days after it begins."""

    name: str
    action_type_id: str
    operator_id: str | None = None
    text: str = ""
    days_to_complete: int | None = None
    purpose_id: str | None = None


def create(session: UnitOfWork, actor: Actor, details: TemplateDetails) -> TaskTemplate:
    """Keep a task as a template.

    Raises:
        InvalidError: the name is taken, or type or operator cannot be used.
        ConflictError: there are 100 templates.
    """
    others = list_all(session)
    if len(others) >= TEMPLATES_MAX:
        raise ConflictError("too_many", f"There are {TEMPLATES_MAX} templates already.")
    if any(each.name == details.name for each in others):
        raise invalid_field("name", "name_taken", "Another template has the name already.")
    values = asdict(details)
    service.check_details(session, values)
    template = TaskTemplate(id=new_id("ttm"), created_at=session.now, **values)
    session.add(template)
    session.flush()
    audit.record(session, actor, "task_template.create", entity=("task_template", template.id), after=values)
    return template


def delete(session: UnitOfWork, actor: Actor, template_id: str) -> None:
    """Forget a template; tasks that were begun from it stay.

    Raises:
        NotFoundError: there is no such template.
    """
    template = get(session, template_id)
    session.delete(template)
    session.flush()
    before = {"name": template.name}
    audit.record(session, actor, "task_template.delete", entity=("task_template", template_id), before=before)


def get(session: UnitOfWork, template_id: str) -> TaskTemplate:
    """One template.

    Raises:
        NotFoundError: there is none with this id.
    """
    template = session.get(TaskTemplate, template_id)
    if template is None:
        raise not_found("task_template", template_id)
    return template


def list_all(session: UnitOfWork) -> Sequence[TaskTemplate]:
    """Every template (at most 100) by name."""
    return session.scalars(select(TaskTemplate).order_by(TaskTemplate.name)).all()


def complete_by(template: TaskTemplate, today: date) -> date | None:
    """The last day for a task of the template that begins today."""
    return None if template.days_to_complete is None else today + timedelta(days=template.days_to_complete)
