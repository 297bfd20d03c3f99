"""The page behind "Why?": how a tap was decided, and what would be decided now."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from access_policy.explanation import Explanation
from access_policy.wording import SaidExplanation, say, translate_into
from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.explanations import service
from cloud.members import service as members

router = APIRouter()


@router.get("/access-events/{event_id}")
def show_explanation(
    event_id: Annotated[int, Path(ge=1, lt=2**63)], session: ReadSession, viewer: Viewer = viewing("access.read")
) -> Response:
    """The tap, each rule with what it found, and whether the decision made again is the recorded one."""
    explained = service.explain_event(session, event_id)

    def said(explanation: Explanation | None) -> SaidExplanation | None:
        return None if explanation is None else say(explanation, translate_into(viewer.language), explained.zone)

    member_id = explained.event.member_id
    return render(
        viewer,
        "explanations/explanation.html",
        explained=explained,
        member_name=members.names_of(session, {member_id}).get(member_id) if member_id else None,
        then=said(explained.replay.explanation if explained.replay else None),
        now_said=said(explained.now),
    )
