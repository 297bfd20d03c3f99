"""Whom a type or tasks would stop, over HTTP, before they are saved."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cloud.action_types import service as action_types
from cloud.action_types.schemas import ActionTypeChange
from cloud.action_types.service import ActionTypeDetails
from cloud.api import ReadSession, problems
from cloud.explanations.foresight import Fate
from cloud.explanations.preview import Preview, preview_tasks, preview_type
from cloud.kit.days import Day
from cloud.staff.api import require
from cloud.tasks.policy import BULK_MAX
from cloud.tasks.schemas import ItemId

router = APIRouter(tags=["tasks"])


class TasksToPreview(BaseModel):
    """Tasks of a type about some members."""

    model_config = ConfigDict(extra="forbid")

    action_type_id: ItemId
    member_ids: Annotated[list[ItemId], Field(min_length=1, max_length=BULK_MAX)]
    complete_by: Day | None = None


class ForeseenOut(BaseModel):
    """What would happen to a member at their next opening."""

    model_config = ConfigDict(from_attributes=True)

    member_id: str
    name: str
    fate: Fate = Field(
        description="stopped: refused because of it; told: let in with the message; refused_already: not let in "
        "anyway; no_card: no active card; untouched: nothing happens at the gate."
    )
    at: datetime | None = Field(description="When they could come in next.")
    reason: str | None


class PreviewOut(BaseModel):
    """Who would be touched, those who would be stopped first."""

    people: list[ForeseenOut]
    stopped_count: int
    more: int = Field(description="So many more were not looked at.")

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """A preview."""
        people = [ForeseenOut.model_validate(person) for person in preview.people]
        return cls(people=people, stopped_count=len(preview.of("stopped")), more=preview.more)


@router.post("/tasks/bulk/preview", dependencies=[require("tasks.write")], responses=problems(401, 403, 404, 422))
def preview_of_tasks(body: TasksToPreview, session: ReadSession) -> PreviewOut:
    """Who would be stopped if each of these members had an open task of the type. Nothing is changed."""
    action_type = action_types.get(session, body.action_type_id)
    return PreviewOut.of(preview_tasks(session, action_type, body.member_ids, body.complete_by))


@router.post(
    "/action-types/{type_id}/preview",
    dependencies=[require("action_types.write")],
    responses=problems(401, 403, 404, 422),
)
def preview_of_type(type_id: str, body: ActionTypeChange, session: ReadSession) -> PreviewOut:
    """Who, of those with an open task of the type, would be stopped after this change. Nothing is changed."""
    action_type = action_types.get(session, type_id)
    details = ActionTypeDetails(**(action_types.details_of(session, action_type) | body.model_dump(exclude_unset=True)))
    return PreviewOut.of(preview_type(session, action_type, details))
