"""The list of processes that keep the link: each renews its row as long as it is connected, and who stops is left out.

Leases end by the clocks of the machines, which are to agree within a few seconds (NTP); where they do not, sites are
served by two processes or late, never wrongly.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from cloud.database import UnitOfWork
from cloud.gateway_link.models import LinkWorker
from cloud.gateway_link.share import Duty, Peer, Share

LEASE: Final = timedelta(seconds=9)
RENEWED_EVERY_S: Final = 1.0


def renew(session: UnitOfWork, name: str, duties: Collection[Duty]) -> Share:
    """Say that this process is alive, and learn what its share is."""
    mine = session.get(LinkWorker, name)
    if mine is None:
        mine = LinkWorker(name=name)
        session.add(mine)
    mine.is_ingesting, mine.is_publishing = "ingest" in duties, "publish" in duties
    mine.alive_until = session.now + LEASE
    session.flush()
    session.execute(delete(LinkWorker).where(LinkWorker.alive_until < session.now - LEASE))
    alive = session.scalars(select(LinkWorker).where(LinkWorker.alive_until > session.now))
    return Share(name, frozenset(Peer(worker.name, _duties(worker)) for worker in alive))


def give_up(session: UnitOfWork, name: str) -> None:
    """Let the others have this process's share without waiting for its lease to end."""
    session.execute(delete(LinkWorker).where(LinkWorker.name == name))


def _duties(worker: LinkWorker) -> frozenset[Duty]:
    duties: dict[Duty, bool] = {"ingest": worker.is_ingesting, "publish": worker.is_publishing}
    return frozenset(duty for duty, is_done in duties.items() if is_done)
