"""Why a tap was decided as it was, over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from cloud.api import ReadSession, problems
from cloud.explanations import service
from cloud.explanations.schemas import ExplanationOut
from cloud.staff.api import require

router = APIRouter(tags=["access events"])

EventId = Annotated[int, Path(ge=1, lt=2**63)]
Language = Annotated[Literal["en", "it", "ru"], Query(description="The language of the sentences.")]


@router.get(
    "/access-events/{event_id}/explanation",
    dependencies=[require("access.read")],
    responses=problems(401, 403, 404, 422),
)
def explain_access_event(event_id: EventId, session: ReadSession, language: Language = "en") -> ExplanationOut:
    """The decision of a tap made again on the state that was in force there then, rule by rule, in words."""
    return ExplanationOut.of(service.explain_event(session, event_id), language)
