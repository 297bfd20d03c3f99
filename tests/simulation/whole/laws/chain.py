"""The cloud's check of the hash chain reports no break; only a declared gap may interrupt it."""

from sqlalchemy import select

from cloud.access_events.models import AccessEvent
from cloud.database import Database
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class ChainHolds(Witness):
    def __init__(self, database: Database) -> None:
        self._database = database

    def calm_reached(self) -> None:
        with self._database.session() as session:
            broken = session.scalar(select(AccessEvent).where(AccessEvent.is_chain_intact.is_(False)).limit(1))
        if broken is not None:
            raise BrokenLawError(f"the chain of {broken.gateway_id} is reported broken at event {broken.seq}")
