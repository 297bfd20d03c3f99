"""After a restore: revisions that no gateway can have seen, so that none is taken for what it is not.

Between backup and restore the lost database made revisions, and gateways have them. Were their numbers given again, a
gateway that reports one would seem to obey what it never heard of. `record_report` notices a gateway that is ahead; one
that was away until the head has caught up would go unnoticed.
"""

from typing import Final

from sqlalchemy import delete, update

from cloud.database import UnitOfWork
from cloud.desired_state import repository
from cloud.desired_state.models import DesiredRow, RevisionTime, RowProof
from cloud.sites import service as sites
from cloud.sites.models import Gateway

SKIPPED: Final = 100_000
"""More than a site makes in the time that lies between a backup and its use."""


def part_from_gateways(session: UnitOfWork) -> None:
    """Move every head far ahead, give all rows the new number, and forget what gateways had proven."""
    for site in sites.list_sites(session):
        head = repository.lock_head(session, site.id)
        head.revision = head.history_from = head.revision + SKIPPED
        session.execute(update(DesiredRow).where(DesiredRow.site_id == site.id).values(revision=head.revision))
        session.add(RevisionTime(site_id=site.id, revision=head.revision, made_at=session.now))
    session.execute(delete(RowProof))
    session.execute(update(Gateway).values(applied_revision=0))
    session.wake_after_commit("desired_state")
