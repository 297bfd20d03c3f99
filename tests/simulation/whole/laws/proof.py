"""What staff are shown as in force at a gateway is in force there."""

from cloud.database import Database
from cloud.desired_state import service as desired_state
from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class ShownBlockHolds(Witness):
    """Nobody passes where a block that stands is proved."""

    def __init__(self, desk: Desk, database: Database) -> None:
        self._desk = desk
        self._database = database

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if not isinstance(body, AccessDecided) or body.outcome == "block" or body.member_id is None:
            return
        now = self._desk.standing_at(body.member_id, revision=2**62)
        if now is None or not now.blocking:
            return
        with self._database.session() as session:
            for flag_id in sorted(now.blocking):
                for proof in desired_state.flag_proof(session, flag_id):
                    if proof.gateway_id == gateway and proof.state == "in_force":
                        raise BrokenLawError(f"{gateway} grants to {body.member_id}, and {flag_id} is shown in force")
