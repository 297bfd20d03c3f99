"""Which gateways lag behind the newest state of their site, by how much, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.desired_state import repository
from cloud.desired_state.models import RevisionTime
from cloud.sites.models import Gateway


@dataclass(frozen=True, slots=True)
class Lag:
    """So many revisions are not in force, the first of them since `since_at`, where that is known."""

    revisions: int = 0
    since_at: datetime | None = None


IN_STEP = Lag()


def lags(session: UnitOfWork, gateways: Sequence[Gateway]) -> Mapping[str, Lag]:
    """The lag of each gateway that lags, by id; two queries, however many there are."""
    heads = repository.list_revisions(session)
    behind = {
        gateway.id: heads[gateway.site_id] - gateway.applied_revision
        for gateway in gateways
        if gateway.applied_revision < heads.get(gateway.site_id, 0)
    }
    if not behind:
        return {}
    first_missing = (
        select(RevisionTime.made_at)
        .where(RevisionTime.site_id == Gateway.site_id, RevisionTime.revision > Gateway.applied_revision)
        .order_by(RevisionTime.revision)
        .limit(1)
        .scalar_subquery()
    )
    query = select(Gateway.id, first_missing, Gateway.enrolled_at).where(Gateway.id.in_(behind))
    return {
        gateway_id: Lag(behind[gateway_id], _later(made_at, enrolled_at))
        for gateway_id, made_at, enrolled_at in session.execute(query)
    }


def _later(made_at: datetime | None, enrolled_at: datetime) -> datetime | None:
    """A gateway that is newer than the revision lags since it is there; of revisions of long ago nobody knows."""
    return None if made_at is None else max(made_at, enrolled_at)
