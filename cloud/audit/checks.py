"""Checks of the log that staff ask for. Each is an entry of the log itself: who looked, when, and what they found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service
from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor
from cloud.audit.verification import verify
from cloud.database import Database, UnitOfWork

AGAIN_AFTER: Final = timedelta(minutes=1)
"""The whole log is read each time; whoever asks sooner gets the last answer."""
_LOG: Final = ("audit", "log")


@dataclass(frozen=True, slots=True)
class Check:
    """What was found: `entries` were whole, up to the chain `head` (hexadecimal); then `break_kind` at `break_seq`.

    `break_kind` is as in `verification.Kind`; None where nothing is wrong.
    """

    at: datetime
    actor_id: str
    entries: int
    head: str
    break_seq: int | None = None
    break_kind: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the log was as it was written."""
        return self.break_kind is None


def check(database: Database, actor: Actor) -> Check:
    """Walk through the log, unless somebody just did, and write down what was found."""
    with database.session() as session:
        last = last_check(session)
        if last is not None and session.now - last.at < AGAIN_AFTER:
            return last
        verdict = verify(session)
    found: dict[str, Any] = {
        "entries": verdict.entries,
        "head": verdict.head.chain.hex(),
        "break_seq": verdict.found.seq if verdict.found else None,
        "break_kind": verdict.found.kind if verdict.found else None,
    }
    with database.transaction() as session:
        service.record(session, actor, "audit.verify", entity=_LOG, after=found)
        return Check(session.now, actor.id, **found)


def last_check(session: UnitOfWork) -> Check | None:
    """The newest one; None if nobody ever asked."""
    query = select(AuditEntry).where(AuditEntry.entity_kind == _LOG[0], AuditEntry.entity_id == _LOG[1])
    entry = session.scalar(query.order_by(AuditEntry.seq.desc()).limit(1))
    return None if entry is None else Check(entry.at, entry.actor_id, **(entry.after or {}))
