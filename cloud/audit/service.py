"""Write and check the audit log. An entry is part of the transaction that it tells of."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import select

from cloud.audit.models import AuditEntry, AuditHead
from cloud.database import UnitOfWork

CHAIN_START: Final = bytes(32)
_HEAD_ID: Final = 1
_PENDING: Final = "audit.pending"

ActorKind = Literal["staff", "gateway", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member of staff (`stf_`), a gateway (`gwy_`), or the service itself (a command's name)."""

    kind: ActorKind
    id: str
    request_id: str = ""


def record(
    session: UnitOfWork,
    actor: Actor,
    action: str,
    *,
    entity: tuple[str, str],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry: `action` as `noun.verb`, e.g. `flag.raise`; `entity` is its kind and id.

    `before` and `after` hold JSON values of what changed; never secrets. Entries are written at the end of the
    transaction: the head, at which all writers queue, is then held for moments, and after every other lock.
    """
    entry = AuditEntry(
        at=session.now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        entity_kind=entity[0],
        entity_id=entity[1],
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        request_id=actor.request_id,
    )
    session.info.setdefault(_PENDING, []).append(entry)
    session.before_commit("audit", _append_pending)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as JSON values for `before` and `after`: days and moments as ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _append_pending(session: UnitOfWork) -> None:
    head = session.get(AuditHead, _HEAD_ID, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=_HEAD_ID, seq=0, chain=CHAIN_START)
        session.add(head)
    entries: list[AuditEntry] = session.info.pop(_PENDING)
    for entry in entries:
        entry.seq = head.seq + 1
        entry.chain = _chain_after(head.chain, entry)
        head.seq, head.chain = entry.seq, entry.chain
        session.add(entry)
    session.flush()


def find_break(session: UnitOfWork) -> int | None:
    """The number of the first entry that was altered, or behind which one is missing; None if the log is whole."""
    chain, expected_seq = CHAIN_START, 1
    entries = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    for entry in session.scalars(entries):
        chain = _chain_after(chain, entry)
        if entry.seq != expected_seq or entry.chain != chain:
            return expected_seq
        expected_seq += 1
    head = session.get(AuditHead, _HEAD_ID)
    is_whole = expected_seq == 1 if head is None else (head.seq, head.chain) == (expected_seq - 1, chain)
    return None if is_whole else expected_seq


def _chain_after(previous: bytes, entry: AuditEntry) -> bytes:
    content = {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor": [entry.actor_kind, entry.actor_id],
        "action": entry.action,
        "entity": [entry.entity_kind, entry.entity_id],
        "before": entry.before,
        "after": entry.after,
        "request_id": entry.request_id,
    }
    encoded = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + encoded.encode("ascii")).digest()
