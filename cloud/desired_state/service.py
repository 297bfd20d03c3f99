"""The state of a site as its gateways shall have it: the head, what changed since, the whole, and the proofs."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from cloud.database import Database, UnitOfWork
from cloud.desired_state import projection, repository
from cloud.desired_state.models import ROWS_VERSION, DesiredRow, RevisionTime, RowProof
from cloud.desired_state.repository import StoredRow
from cloud.desired_state.restored import SKIPPED
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from sync_protocol.digest import Digest
from sync_protocol.messages import Delta, SnapshotChunk
from sync_protocol.state_rows import StateRow, parse_row

DELTA_ROWS_MAX: Final = 200
PAYLOAD_BYTES: Final = 48 * 1024
OVERTAKEN_MAX: Final = 1_000_000
"""How far a gateway may be ahead for the head to move behind it."""
OVERTAKEN_AGAIN_AFTER: Final = timedelta(hours=1)
"""A head that was moved stays for so long: all gateways of the site get the whole then, whoever claims what."""
_ROW_OVERHEAD_BYTES: Final = 8
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """What should be in force at a site: revision 0 and an empty digest where nothing was ever said.

    What changed since a revision is known from `log_from` on.
    """

    revision: int
    digest_root: bytes
    log_from: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state of a site at one revision, cut into messages. Equal states have equal ids and chunks."""

    snapshot_id: str
    revision: int
    chunks: tuple[SnapshotChunk, ...]


@dataclass(frozen=True, slots=True)
class GatewayProof:
    """How far one gateway is with one flag: `since_at` is when it came into force there."""

    gateway_id: str
    gateway_name: str
    lane_name: str
    state: Literal["in_force", "pending", "offline"]
    since_at: datetime | None
    wanted: Literal["raised", "cleared"]


def settle(session: UnitOfWork) -> None:
    """Write now what the transaction's changes mean for the gateways, instead of at its end."""
    projection.write_pending(session)


def renew_rows(database: Database) -> None:
    """Make all rows of a site anew where an older program has made them; quick where none has.

    To be called when the schema is up to date. Gateways compare digests over the rows' bytes, and make those of what
    they parse as this program would.
    """
    with database.transaction() as session:
        for outdated in repository.list_outdated_heads(session):
            _logger.info("making the rows of site %s anew, for this version", outdated.site_id)
            outdated.rows_version = ROWS_VERSION
            projection.note_site(session, outdated.site_id)
            for member_id in members.list_ids_of_site(session, outdated.site_id):
                projection.note_member(session, member_id)


def head_revision(session: UnitOfWork, site_id: str) -> int:
    """The newest revision of a site alone, without what it takes to prove it."""
    return repository.find_revision(session, site_id) or 0


def head(session: UnitOfWork, site_id: str) -> Head:
    """The newest revision of a site."""
    stored = repository.read_head(session, site_id)
    if stored is None:
        return Head(0, Digest().root())
    revision, digest, history_from = stored
    return Head(revision, Digest(digest).root(), history_from)


def heads(session: UnitOfWork) -> dict[str, int]:
    """The newest revision of every site."""
    return repository.list_revisions(session)


def delta_since(session: UnitOfWork, site_id: str, from_revision: int) -> Delta | None:
    """What changed from a revision to the head; None if that is too much for one message, or no longer known.

    The session must see one consistent view (`Database.session` or a transaction that has locked the head).
    """
    newest = head(session, site_id)
    if not 0 < from_revision <= newest.revision or from_revision < newest.log_from:
        return None
    rows = repository.list_rows_after(session, site_id, from_revision, DELTA_ROWS_MAX + 1)
    size = sum(_wire_bytes(row) for row in rows)
    if len(rows) > DELTA_ROWS_MAX or size > PAYLOAD_BYTES:
        return None
    return Delta(
        from_revision=from_revision,
        to_revision=newest.revision,
        digest_root=newest.digest_root,
        upserts=tuple(parse_row(row.body) for row in rows if not row.is_deleted),
        deletes=tuple(row.key for row in rows if row.is_deleted),
    )


def take_snapshot(session: UnitOfWork, site_id: str) -> Snapshot:
    """The whole state at the head; the same demand on the session as `delta_since`."""
    newest = head(session, site_id)
    parts = list(parts_of(repository.list_standing_rows(session, site_id))) or [[]]
    snapshot_id = f"r{newest.revision}-{newest.digest_root.hex()[:16]}"
    chunks = tuple(
        SnapshotChunk(
            snapshot_id=snapshot_id,
            revision=newest.revision,
            index=index,
            count=len(parts),
            digest_root=newest.digest_root,
            rows=tuple(parse_row(row.body) for row in part),
        )
        for index, part in enumerate(parts)
    )
    return Snapshot(snapshot_id, newest.revision, chunks)


def record_report(
    session: UnitOfWork, gateway: Gateway, revision: int, digest_root: bytes, *, applied_at: datetime
) -> None:
    """A gateway says which revision is in force there: note it, and prove the flags that it covers.

    A gateway that has fallen back (a new card, a restored file) loses the proofs that no longer hold. One that is ahead
    of the head shows that this database was restored: what it has is of no worth here, and the head overtakes it.
    """
    if _overtake(session, gateway, revision):
        revision = 0
    before = gateway.applied_revision
    if revision < before:
        repository.drop_proofs_after(session, gateway.id, revision)
    elif revision > before:
        revisions = (before, revision)
        repository.add_flag_proofs(session, gateway.site_id, gateway.id, revisions=revisions, in_force_at=applied_at)
    sites.record_applied(session, gateway, revision, digest_root, applied_at)


def rows_of_members(session: UnitOfWork, site_id: str, member_ids: Sequence[str]) -> list[StateRow]:
    """What the newest state of a site says about itself and about these members."""
    found = repository.list_policy_rows(session, site_id) | repository.list_rows_of(session, site_id, member_ids, [])
    return [parse_row(row.body) for row in found.values() if not row.is_deleted]


def flag_proof(session: UnitOfWork, flag_id: str) -> list[GatewayProof]:
    """What each gateway of the site knows of a flag that was raised or cleared; empty if it never reached the state."""
    return flag_proofs(session, [flag_id])[flag_id]


def flag_proofs(session: UnitOfWork, flag_ids: Sequence[str]) -> dict[str, list[GatewayProof]]:
    """The same of many flags, with four queries however many there are; each of them is in the answer."""
    rows = repository.find_flag_rows(session, flag_ids)
    proofs = repository.proofs_of(session, [row.key for row in rows.values()])
    found: dict[str, list[GatewayProof]] = {flag_id: [] for flag_id in flag_ids}
    if not rows:
        return found
    lanes = {lane.id: lane.name for lane in sites.list_lanes(session)}
    gateways = sites.list_gateways(session)
    for flag_id, row in rows.items():
        own = [gateway for gateway in gateways if gateway.site_id == row.site_id]
        found[flag_id] = [
            _proof(gateway, row, proofs.get((row.key, gateway.id)), lanes[gateway.lane_id], session.now)
            for gateway in own
        ]
    return found


def _proof(gateway: Gateway, row: DesiredRow, proof: RowProof | None, lane_name: str, now: datetime) -> GatewayProof:
    is_in_force = proof is not None and proof.revision >= row.revision
    state: Literal["in_force", "pending", "offline"] = "in_force" if is_in_force else "pending"
    if not is_in_force and not sites.is_connected(gateway, now):
        state = "offline"
    return GatewayProof(
        gateway_id=gateway.id,
        gateway_name=gateway.name,
        lane_name=lane_name,
        state=state,
        since_at=proof.in_force_at if proof is not None and is_in_force else None,
        wanted="cleared" if row.is_deleted else "raised",
    )


def _overtake(session: UnitOfWork, gateway: Gateway, revision: int) -> bool:
    """Move the head behind a revision that this database never made; whether there was need to.

    Gateways never go back, so that nobody can replay an old state to them; they would obey nothing until the head has
    caught up. The digest of the same rows under a new number makes them ask for the whole. What was in force there
    meanwhile, nobody knows. It moves so far that the other gateways are not ahead of it either.
    """
    if revision <= head_revision(session, gateway.site_id):
        return False
    locked = repository.lock_head(session, gateway.site_id)
    newest = locked.revision
    was_moved_lately = repository.was_made_after(session, locked, session.now - OVERTAKEN_AGAIN_AFTER)
    if revision - newest > OVERTAKEN_MAX or was_moved_lately:
        _logger.error("gateway %s claims revision %d, the newest is %d", gateway.id, revision, newest)
        return True
    _logger.error(
        "gateway %s has revision %d, the newest here is %d: was this database restored? Its state is sent anew",
        gateway.id,
        revision,
        newest,
    )
    locked.revision = locked.history_from = max(newest, revision) + SKIPPED
    session.add(RevisionTime(site_id=locked.site_id, revision=locked.revision, made_at=session.now))
    session.wake_after_commit("desired_state")
    return True


def parts_of(rows: Sequence[StoredRow]) -> Iterator[list[StoredRow]]:
    """Cut rows so that each part fits into a message."""
    part: list[StoredRow] = []
    size = 0
    for row in rows:
        if part and size + _wire_bytes(row) > PAYLOAD_BYTES:
            yield part
            part, size = [], 0
        part.append(row)
        size += _wire_bytes(row)
    if part:
        yield part


def _wire_bytes(row: StoredRow) -> int:
    return _ROW_OVERHEAD_BYTES + (len(row.key) if row.is_deleted else len(row.body))
