"""Write and check the audit log. An entry is part of the transaction that it tells of."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import select

from cloud.audit.chain import CHAIN_START, SALT_BYTES, chain_after, digest_details
from cloud.audit.models import AuditEntry, AuditHead
from cloud.audit.verification import ERASURE, HEAD_ID, verify
from cloud.database import UnitOfWork
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor

_IDS_AT_ONCE: Final = 500
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
    salt = secrets.token_bytes(SALT_BYTES)
    told = [None if values is None else dict(values) for values in (before, after)]
    entry = AuditEntry(
        at=session.now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        entity_kind=entity[0],
        entity_id=entity[1],
        before=told[0],
        after=told[1],
        request_id=actor.request_id,
        salt=salt,
        details=digest_details(salt, *told),
        is_erased=False,
    )
    session.info.setdefault(_PENDING, []).append(entry)
    session.before_commit("audit", _append_pending)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as JSON values for `before` and `after`: days and moments as ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _append_pending(session: UnitOfWork) -> None:
    head = session.get(AuditHead, HEAD_ID, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=HEAD_ID, seq=0, chain=CHAIN_START)
        session.add(head)
    entries: list[AuditEntry] = session.info.pop(_PENDING)
    for entry in entries:
        entry.seq = head.seq + 1
        entry.chain = chain_after(head.chain, entry)
        head.seq, head.chain = entry.seq, entry.chain
        session.add(entry)
    session.flush()


def find_break(session: UnitOfWork) -> int | None:
    """The number of the first entry at which something is wrong (`verification`); None if the log is whole."""
    found = verify(session).found
    return None if found is None else found.seq


def empty_entries(
    session: UnitOfWork, entities: Collection[tuple[str, str]], *, actions: Collection[str] = ()
) -> list[int]:
    """Take what changed out of all entries about these entities (kind and id); returns their numbers.

    With `actions` only out of entries of these. Whoever calls records them as `erased_entries` of an entry of its own,
    without which the log counts as broken.
    """
    emptied: list[int] = []
    for kind, ids in _by_kind(entities).items():
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            query = select(AuditEntry).where(
                AuditEntry.entity_kind == kind,
                AuditEntry.entity_id.in_(some),
                AuditEntry.action != ERASURE,
                AuditEntry.is_erased.is_(False),
            )
            if actions:
                query = query.where(AuditEntry.action.in_(sorted(actions)))
            for entry in session.scalars(query):
                entry.before, entry.after, entry.salt, entry.is_erased = None, None, None, True
                emptied.append(entry.seq)
    session.flush()
    return sorted(emptied)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries somebody wants to see; an empty value filters nothing. `since` and `until` (exclusive) are UTC."""

    actor_id: str = ""
    action: str = ""
    entity_kind: str = ""
    entity_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_entries(session: UnitOfWork, wanted: AuditFilter, *, after: str | None, limit: int) -> Page[AuditEntry]:
    """The entries that a filter lets through, the newest first; `action` matches from its beginning.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit + 1)
    for column in (AuditEntry.actor_id, AuditEntry.entity_kind, AuditEntry.entity_id):
        if value := getattr(wanted, column.key):
            query = query.where(column == value)
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    if key := read_cursor(after, int):
        query = query.where(AuditEntry.seq < key[0])
    return cut_page(session.scalars(query).all(), limit, lambda entry: (entry.seq,))


def list_kinds(session: UnitOfWork) -> Sequence[str]:
    """The kinds of things that there are entries about."""
    return session.scalars(select(AuditEntry.entity_kind).distinct().order_by(AuditEntry.entity_kind)).all()


def _by_kind(entities: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, entity_id in sorted(entities):
        found.setdefault(kind, []).append(entity_id)
    return found
