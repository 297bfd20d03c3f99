"""What a member tells of themselves: lead, client, former member; the black list; entries that were merged.

The audit log knows it, of the member and of the entries that became a part of them. Why somebody is on the black list
is for those alone who may put them there, and not told here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import or_, select

from cloud.audit.models import AuditEntry
from cloud.database import UnitOfWork
from cloud.members.models import MergedMember
from cloud.past import PastLine, Source, Wanted, is_behind, numbered

_PREFIX: Final = "aud_"
_ACTIONS: Final = ("member.create", "member.state", "member.black_list", "member.black_list_end", "member.merge")


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    merged = select(MergedMember.old_id).where(MergedMember.member_id == wanted.member_id)
    query = (
        select(AuditEntry)
        .where(AuditEntry.entity_kind == "member", AuditEntry.action.in_(_ACTIONS))
        .where(or_(AuditEntry.entity_id == wanted.member_id, AuditEntry.entity_id.in_(merged)))
        .where(is_behind(AuditEntry.at, AuditEntry.seq, wanted.behind, prefix=_PREFIX))
        .order_by(AuditEntry.at.desc(), AuditEntry.seq.desc())
        .limit(wanted.limit)
    )
    return [_line(entry) for entry in session.scalars(query)]


def _line(entry: AuditEntry) -> PastLine:
    what, text = _told(entry.action.removeprefix("member."), entry.before or {}, entry.after or {})
    who = entry.actor_id if entry.actor_kind == "staff" else ""
    return PastLine(entry.at, numbered(_PREFIX, entry.seq), "standing", what, who=who, text=text)


def _told(action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    if action == "state":
        return f"became_{after['state']}", str(after.get("reason") or "")
    if action == "merge":
        old = before.get("old") or {}
        return action, f"{old.get('first_name') or ''} {old.get('last_name') or ''}".strip()
    return action, ""


SOURCES: Final = (Source(("standing",), "members.read", _read),)
