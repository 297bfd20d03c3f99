"""Every decision that reached the cloud comes out the same when it is made again from what was in force then."""

from sqlalchemy import select

from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.explanations import service as explanations
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class DecisionsComeOutTheSame(Witness):
    """Asks the cloud, as the page behind "Why?" does; here nothing stands in the way of any tap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def calm_reached(self) -> None:
        with self._database.session() as session:
            for event in session.scalars(select(AccessEvent).where(AccessEvent.kind == "access_decided")):
                replay = explanations.replay_event(session, event)
                if replay is None:
                    raise BrokenLawError(f"event {event.seq} of {event.gateway_id} cannot be replayed: {event.body}")
                if not replay.is_same:
                    decision = replay.explanation.decision
                    raise BrokenLawError(
                        f"event {event.seq} of {event.gateway_id} differs in {replay.differences}: {event.body}, "
                        f"and made again {decision}"
                    )
