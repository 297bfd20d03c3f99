"""The audit log over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, problems
from cloud.audit import service as audit
from cloud.audit.schemas import AuditEntryOut, AuditPage
from cloud.audit.service import AuditFilter
from cloud.kit.text_fields import Line
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["audit"])


@router.get("/audit-entries", responses=problems(401, 403, 422))
def list_audit_entries(
    session: ReadSession,
    entity_kind: Annotated[Line, Query(max_length=32)] = "",
    entity_id: Annotated[Line, Query(max_length=64)] = "",
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
    _: SignedIn = require("audit.read"),
) -> AuditPage:
    """The newest acts first, all or those about one thing (`entity_kind`, `entity_id`)."""
    wanted = AuditFilter(entity_kind=entity_kind, entity_id=entity_id)
    page = audit.list_entries(session, wanted, after=after, limit=limit)
    return AuditPage(items=[AuditEntryOut.model_validate(entry) for entry in page.items], next=page.next)
