"""What a site's state said in earlier revisions, so that a decision of then can be made again.

A row that changes leaves what it said behind, for `KEPT_FOR`; `StateHead.history_from` tells how far back all is there.
Rows that were deleted before that leave the log of changes too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Table,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    union_all,
    update,
)

from cloud.database import UnitOfWork
from cloud.desired_state.models import DesiredRow, PastRow, RevisionTime, RowProof, StateHead
from sync_protocol.state_rows import CredentialRow, StateRow, parse_row

KEPT_FOR: Final = timedelta(days=400)
"""A year and a season: this year's Christmas can still be compared with the last."""
PRUNED_AT_ONCE: Final = 1_000
_PAST: Final = cast("Table", PastRow.__table__)
_Wanted = Literal["with key", "of member", "of site"]
"""Which rows: the one with a key, those made for a member, or those about the site itself."""


@dataclass(frozen=True, slots=True)
class PastState:
    """What was in force about one credential at a revision: it, its holder with their flags, and the site's rules."""

    revision: int
    rows: tuple[StateRow, ...]


def last_words(row: DesiredRow, until_revision: int, now: datetime) -> dict[str, Any]:
    """What the row says, which holds until before this revision: the columns of a `PastRow`."""
    return {
        "site_id": row.site_id,
        "key": row.key,
        "from_revision": row.revision,
        "until_revision": until_revision,
        "member_id": row.member_id,
        "body": row.body,
        "superseded_at": now,
    }


def keep(session: UnitOfWork, words: list[dict[str, Any]]) -> None:
    """Remember what rows said before they changed."""
    if words:
        session.execute(insert(_PAST), words)


def is_known(session: UnitOfWork, site_id: str, revision: int) -> bool:
    """Whether everything that was in force at this revision is still there."""
    head = session.once(("state head", site_id), lambda: session.get(StateHead, site_id))
    return head is not None and head.history_from <= revision <= head.revision


def state_at(session: UnitOfWork, site_id: str, revision: int, credential_hash: str) -> PastState:
    """What a gateway that had this revision in force knew of a credential. Ask `is_known` first."""
    credentials = _rows(session, site_id, revision, "with key", f"credential/{credential_hash}")
    policy = _rows(session, site_id, revision, "of site")
    holder = next((row.member_id for row in credentials if isinstance(row, CredentialRow)), None)
    theirs = _rows(session, site_id, revision, "of member", holder) if holder else []
    # Among what was made for the holder are all their cards; one was presented.
    others = [row for row in theirs if not isinstance(row, CredentialRow)]
    return PastState(revision, (*policy, *credentials, *others))


def prune(session: UnitOfWork, before: datetime) -> int:
    """Forget what was superseded before this moment, at most `PRUNED_AT_ONCE` rows; returns how many there were."""
    oldest = session.execute(
        select(PastRow.site_id, PastRow.key, PastRow.from_revision, PastRow.until_revision)
        .where(PastRow.superseded_at < before)
        .order_by(PastRow.superseded_at)
        .limit(PRUNED_AT_ONCE)
    ).all()
    for site_id in sorted({row.site_id for row in oldest}):
        known_from = max(row.until_revision for row in oldest if row.site_id == site_id)
        query = update(StateHead).where(StateHead.site_id == site_id, StateHead.history_from < known_from)
        session.execute(query.values(history_from=known_from))
        _compact(session, site_id, known_from)
    if oldest:
        keys = tuple_(PastRow.site_id, PastRow.key, PastRow.from_revision)
        session.execute(delete(PastRow).where(keys.in_([tuple(row[:3]) for row in oldest])))
    return len(oldest)


def _compact(session: UnitOfWork, site_id: str, known_from: int) -> None:
    """Forget what only a gateway needs that was last heard before this revision: it gets the whole state."""
    is_old = (DesiredRow.site_id == site_id, DesiredRow.is_deleted.is_(True), DesiredRow.revision <= known_from)
    session.execute(delete(RowProof).where(RowProof.row_key.in_(select(DesiredRow.key).where(*is_old))))
    session.execute(delete(DesiredRow).where(*is_old))
    session.execute(delete(RevisionTime).where(RevisionTime.site_id == site_id, RevisionTime.revision <= known_from))


def _rows(session: UnitOfWork, site_id: str, revision: int, wanted: _Wanted, value: str = "") -> Sequence[StateRow]:
    """What was in force then: rows that have not changed since, and what the others said before they did."""

    def ask() -> Sequence[StateRow]:
        found = session.execute(_QUERIES[wanted], {"site_id": site_id, "revision": revision, "value": value})
        return [parse_row(body) for _, body in sorted(found, key=lambda row: row.key)]

    return session.once(("rows then", site_id, revision, wanted, value), ask)


def _query(wanted: Callable[[type[DesiredRow | PastRow]], ColumnElement[bool]]) -> CompoundSelect[tuple[str, Any]]:
    """Made once: for each decision of a day it is asked thrice."""
    present = select(DesiredRow.key, DesiredRow.body).where(
        DesiredRow.site_id == bindparam("site_id"),
        DesiredRow.revision <= bindparam("revision"),
        DesiredRow.is_deleted.is_(False),
        wanted(DesiredRow),
    )
    past = select(PastRow.key, PastRow.body).where(
        PastRow.site_id == bindparam("site_id"),
        PastRow.from_revision <= bindparam("revision"),
        PastRow.until_revision > bindparam("revision"),
        wanted(PastRow),
    )
    return union_all(present, past)


_QUERIES: Final[Mapping[_Wanted, CompoundSelect[tuple[str, Any]]]] = {
    "with key": _query(lambda table: table.key == bindparam("value")),
    "of member": _query(lambda table: table.member_id == bindparam("value")),
    "of site": _query(lambda table: table.member_id.is_(None)),
}
