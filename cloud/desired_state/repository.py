"""Queries on the desired state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import bindparam, delete, select, union
from sqlalchemy.dialects import postgresql, sqlite

from cloud.database import UnitOfWork
from cloud.desired_state.models import ROWS_VERSION, DesiredRow, RevisionTime, RowProof, StateHead
from sync_protocol.digest import Digest

KEYS_AT_ONCE = 500
_FLAG_KEYS = "flag/%"
_HEAD = select(StateHead.revision, StateHead.digest, StateHead.history_from).where(
    StateHead.site_id == bindparam("site_id")
)
_LOCKED_HEAD = select(StateHead).where(StateHead.site_id == bindparam("site_id")).with_for_update()
_OF_SITE = select(DesiredRow).where(DesiredRow.site_id == bindparam("site_id"))
_OF_MEMBERS = _OF_SITE.where(DesiredRow.member_id.in_(bindparam("member_ids", expanding=True)))
_WITH_KEYS = _OF_SITE.where(DesiredRow.key.in_(bindparam("keys", expanding=True)))
_CONCERNED = select(DesiredRow).from_statement(union(_OF_MEMBERS, _WITH_KEYS))
_LATEST = {"populate_existing": True}
_REVISION = select(StateHead.revision).where(StateHead.site_id == bindparam("site_id"))
_REVISIONS = select(StateHead.site_id, StateHead.revision)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as the snapshot and the delta need it; no body means deleted."""

    key: str
    body: bytes
    is_deleted: bool


def lock_head(session: UnitOfWork, site_id: str) -> StateHead:
    """The site's head, kept from everybody else until the transaction ends; made if it is missing."""
    head = session.scalar(_LOCKED_HEAD, {"site_id": site_id}, execution_options=_LATEST)
    if head is None:
        head = StateHead(site_id=site_id, revision=0, digest=Digest().to_bytes(), rows_version=ROWS_VERSION)
        session.add(head)
        session.flush()
    return head


def was_made_after(session: UnitOfWork, head: StateHead, moment: datetime) -> bool:
    """Whether the revision from which on all is known was made after this moment: then the head was moved there."""
    query = select(RevisionTime.made_at).where(
        RevisionTime.site_id == head.site_id, RevisionTime.revision == head.history_from, RevisionTime.made_at > moment
    )
    return session.scalar(query) is not None


def list_revisions(session: UnitOfWork) -> dict[str, int]:
    """The newest revision of every site."""
    return {row.site_id: row.revision for row in session.execute(_REVISIONS)}


def list_outdated_heads(session: UnitOfWork) -> Sequence[StateHead]:
    """The heads of sites whose rows were made by an older program."""
    return session.scalars(select(StateHead).where(StateHead.rows_version != ROWS_VERSION)).all()


def find_head(session: UnitOfWork, site_id: str) -> StateHead | None:
    """The head of a site, if anything was ever said there."""
    query = select(StateHead).where(StateHead.site_id == site_id)
    return session.scalar(query.execution_options(populate_existing=True))


def read_head(session: UnitOfWork, site_id: str) -> tuple[int, bytes, int] | None:
    """The newest revision, the digest and where the history begins; without an object, for it is asked all the time."""
    found = session.execute(_HEAD, {"site_id": site_id}).one_or_none()
    return None if found is None else (found.revision, found.digest, found.history_from)


def find_revision(session: UnitOfWork, site_id: str) -> int | None:
    """The newest revision alone, for what comes by the thousand."""
    return session.scalar(_REVISION, {"site_id": site_id})


def list_rows_of(
    session: UnitOfWork, site_id: str, member_ids: Sequence[str], keys: Sequence[str]
) -> dict[str, DesiredRow]:
    """The rows made for these members, and whatever has one of these keys, by key.

    A union: with an OR, SQLite walks through the whole site.
    """
    wanted = {"site_id": site_id, "member_ids": member_ids, "keys": keys}
    return {row.key: row for row in session.scalars(_CONCERNED, wanted, execution_options=_LATEST)}


def list_policy_rows(session: UnitOfWork, site_id: str) -> dict[str, DesiredRow]:
    """The rows about the site itself, by key: those that were made for no member."""
    query = select(DesiredRow).where(DesiredRow.site_id == site_id, DesiredRow.member_id.is_(None))
    found = session.scalars(query.execution_options(populate_existing=True))
    return {row.key: row for row in found}


def list_rows_after(session: UnitOfWork, site_id: str, revision: int, limit: int) -> list[StoredRow]:
    """The rows written after a revision, in that order."""
    query = (
        select(DesiredRow.key, DesiredRow.body, DesiredRow.is_deleted)
        .where(DesiredRow.site_id == site_id, DesiredRow.revision > revision)
        .order_by(DesiredRow.revision, DesiredRow.key)
        .limit(limit)
    )
    return [StoredRow(*row) for row in session.execute(query)]


def list_standing_rows(session: UnitOfWork, site_id: str) -> list[StoredRow]:
    """All rows that are not deleted, by key."""
    query = (
        select(DesiredRow.key, DesiredRow.body, DesiredRow.is_deleted)
        .where(DesiredRow.site_id == site_id, DesiredRow.is_deleted.is_(False))
        .order_by(DesiredRow.key)
    )
    return [StoredRow(*row) for row in session.execute(query)]


def list_standing_keys(session: UnitOfWork, site_id: str) -> Sequence[str]:
    """The keys of all rows that are not deleted."""
    query = select(DesiredRow.key).where(DesiredRow.site_id == site_id, DesiredRow.is_deleted.is_(False))
    return session.scalars(query).all()


def list_rows_by_keys(session: UnitOfWork, site_id: str, keys: Sequence[str]) -> list[StoredRow]:
    """The rows with these keys, by key."""
    columns = select(DesiredRow.key, DesiredRow.body, DesiredRow.is_deleted).where(DesiredRow.site_id == site_id)
    found = [
        StoredRow(*row)
        for start in range(0, len(keys), KEYS_AT_ONCE)
        for row in session.execute(columns.where(DesiredRow.key.in_(keys[start : start + KEYS_AT_ONCE])))
    ]
    return sorted(found, key=attrgetter("key"))


def find_flag_rows(session: UnitOfWork, flag_ids: Sequence[str]) -> dict[str, DesiredRow]:
    """The rows of some flags by the flag's id alone: the keys of flags are unique among all sites."""
    keys = {f"flag/{flag_id}": flag_id for flag_id in flag_ids}
    site_ids = select(StateHead.site_id)
    query = select(DesiredRow).where(DesiredRow.site_id.in_(site_ids), DesiredRow.key.in_(keys))
    return {keys[row.key]: row for row in session.scalars(query)}


def add_flag_proofs(
    session: UnitOfWork, site_id: str, gateway_id: str, *, revisions: tuple[int, int], in_force_at: datetime
) -> None:
    """Prove the flag rows written after the first revision up to the second one."""
    after, upto = revisions
    query = select(DesiredRow.key, DesiredRow.revision).where(
        DesiredRow.site_id == site_id,
        DesiredRow.revision > after,
        DesiredRow.revision <= upto,
        DesiredRow.key.like(_FLAG_KEYS),
    )
    proofs = [
        {"gateway_id": gateway_id, "row_key": key, "revision": revision, "in_force_at": in_force_at}
        for key, revision in session.execute(query)
    ]
    if not proofs:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(RowProof)
    update = {"revision": statement.excluded.revision, "in_force_at": statement.excluded.in_force_at}
    session.execute(statement.on_conflict_do_update(index_elements=["gateway_id", "row_key"], set_=update), proofs)


def drop_proofs_after(session: UnitOfWork, gateway_id: str, revision: int) -> None:
    """Forget the proofs that a gateway gave beyond a revision."""
    session.execute(delete(RowProof).where(RowProof.gateway_id == gateway_id, RowProof.revision > revision))


def proofs_of(session: UnitOfWork, row_keys: Sequence[str]) -> dict[tuple[str, str], RowProof]:
    """The proofs of some rows by key and gateway."""
    found = session.scalars(select(RowProof).where(RowProof.row_key.in_(row_keys)))
    return {(proof.row_key, proof.gateway_id): proof for proof in found}
