"""Alarms over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.alarms import service
from cloud.alarms.schemas import AlarmOut
from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["alarms"])

MemberFilter = Annotated[str | None, Query(max_length=64, description="Only of this member.")]
OpenFilter = Annotated[bool | None, Query(alias="open", description="Only those that wait, or only the others.")]


@router.get("/alarms", responses=problems(401, 403, 422))
def list_alarms(
    session: ReadSession,
    _staff: SignedIn = require("access.read"),
    member_id: MemberFilter = None,
    is_open: OpenFilter = None,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[AlarmOut]:
    """What staff had to hear of, the newest first."""
    page = service.find_page(session, member_id=member_id, is_open=is_open, after=after, limit=limit)
    return Page(items=[AlarmOut.model_validate(alarm) for alarm in page.items], next=page.next)


@router.post("/alarms/{alarm_id}/acknowledge", responses=problems(401, 403, 404, 409))
def acknowledge_alarm(alarm_id: str, session: Transaction, staff: SignedIn = require("alarms.acknowledge")) -> AlarmOut:
    """Note that somebody has taken care of it."""
    return AlarmOut.model_validate(service.acknowledge(session, staff.actor, alarm_id))
