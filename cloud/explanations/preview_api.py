"""Whom a type or tasks would stop, over HTTP, before they are saved."""

from collections.abc import Sequence
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
from cloud.privacy_purposes import approach
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
    purpose_id: ItemId | None = Field(default=None, description="Who may not be approached for it is left out.")


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
    unwilling_member_ids: list[str] = Field(description="Who may not be approached for the purpose.")

    @classmethod
    def of(cls, preview: Preview, unwilling: Sequence[str] = ()) -> Self:
        """A preview."""
        people = [ForeseenOut.model_validate(person) for person in preview.people]
        stopped = len(preview.of("stopped"))
        return cls(people=people, stopped_count=stopped, more=preview.more, unwilling_member_ids=list(unwilling))


@router.post("/tasks/bulk/preview", dependencies=[require("tasks.write")], responses=problems(401, 403, 404, 422))
def preview_of_tasks(body: TasksToPreview, session: ReadSession) -> PreviewOut:
    """Who would be stopped if each of these members had an open task of the type. Nothing is changed."""
    action_type = action_types.get(session, body.action_type_id)
    unwilling = approach.list_unapproachable(session, body.member_ids, body.purpose_id)
    willing = set(body.member_ids) - set(unwilling)
    return PreviewOut.of(preview_tasks(session, action_type, willing, body.complete_by), unwilling)


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
