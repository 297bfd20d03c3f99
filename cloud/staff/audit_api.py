"""The audit log over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import LIMIT_DEFAULT, After, AppDatabase, Limit, ReadSession, problems
from cloud.audit import checks
from cloud.audit import service as audit
from cloud.audit.schemas import AuditCheckOut, AuditEntryOut, AuditPage
from cloud.audit.service import AuditFilter
from cloud.errors import not_found
from cloud.kit.days import Instant
from cloud.kit.text_fields import Line
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["audit"])
_Moment = Annotated[Instant | None, Query()]


@router.get("/audit-entries", responses=problems(401, 403, 422))
def list_audit_entries(
    session: ReadSession,
    *,
    entity_kind: Annotated[Line, Query(max_length=32)] = "",
    entity_id: Annotated[Line, Query(max_length=64)] = "",
    actor_id: Annotated[Line, Query(max_length=64)] = "",
    action: Annotated[Line, Query(max_length=64, description="How it begins, e.g. `member.`")] = "",
    since: _Moment = None,
    until: _Moment = None,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
    _: SignedIn = require("audit.read"),
) -> AuditPage:
    """The newest acts first: all, or those about one thing, of one person, of some days (`until` is exclusive)."""
    wanted = AuditFilter(
        entity_kind=entity_kind, entity_id=entity_id, actor_id=actor_id, action=action, since=since, until=until
    )
    page = audit.list_entries(session, wanted, after=after, limit=limit)
    return AuditPage(items=[AuditEntryOut.model_validate(entry) for entry in page.items], next=page.next)


@router.post("/audit-checks", status_code=201, responses=problems(401, 403))
def check_audit_log(database: AppDatabase, staff: SignedIn = require("audit.read")) -> AuditCheckOut:
    """Look whether the log is as it was written; within a minute of the last check its answer is given again."""
    return AuditCheckOut.model_validate(checks.check(database, staff.actor))


@router.get("/audit-checks/last", responses=problems(401, 403, 404))
def get_last_audit_check(session: ReadSession, _: SignedIn = require("audit.read")) -> AuditCheckOut:
    """What the last check found."""
    found = checks.last_check(session)
    if found is None:
        raise not_found("audit_check", "last")
    return AuditCheckOut.model_validate(found)
