"""The rows of a site whose members were all written at once, as one revision: a snapshot's worth, in bulk."""

from collections.abc import Callable

from sqlalchemy import Table, insert

from cloud.database import UnitOfWork
from cloud.desired_state import projection, repository
from cloud.desired_state.models import DesiredRow, RevisionTime
from cloud.members import service as members
from cloud.sites import service as sites
from sync_protocol.digest import Digest
from sync_protocol.state_rows import row_key


def write_members(session: UnitOfWork, site_id: str, tell: Callable[[int, int], None]) -> int:
    """Make the rows of all members of a site of whom the state says nothing yet; how many rows they are.

    Args:
        tell: called with how many members are done, and how many there are.
    """
    table = DesiredRow.__table__
    assert isinstance(table, Table), "a model has a table of its own"
    head = repository.lock_head(session, site_id)
    site = sites.get_site(session, site_id)
    digest, revision, written = Digest(head.digest), head.revision + 1, 0
    member_ids = sorted(members.list_ids_of_site(session, site_id))
    for start in range(0, len(member_ids), projection.MEMBERS_AT_ONCE):
        some = member_ids[start : start + projection.MEMBERS_AT_ONCE]
        rows = []
        with session.beside() as fresh:
            for row in projection.rows_of(fresh, site, some):
                key, body = row_key(row), projection.body_of(row)
                digest.add(key, body)
                rows.append(
                    {
                        "site_id": site_id,
                        "key": key,
                        "member_id": projection.member_of(row),
                        "body": body,
                        "revision": revision,
                        "is_deleted": False,
                    }
                )
        if rows:
            session.execute(insert(table), rows)
        written += len(rows)
        tell(start + len(some), len(member_ids))
    if written:
        head.revision, head.digest = revision, digest.to_bytes()
        session.add(RevisionTime(site_id=site_id, revision=revision, made_at=session.now))
        session.wake_after_commit("desired_state")
    return written
