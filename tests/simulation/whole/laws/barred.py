"""Who is revoked, expired, frozen or flagged is never granted once that revision is in force there."""

from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class BarredIsRefused(Witness):
    """Each grant is compared with what the desk had done up to the revision in force."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._in_force: dict[str, int] = {}

    def started(self, gateway: str, next_seq: int, revision: int) -> None:
        self._in_force[gateway] = revision

    def revision_in_force(self, gateway: str, revision: int) -> None:
        self._in_force[gateway] = revision

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if not isinstance(body, AccessDecided) or body.outcome == "block":
            return
        if body.revision < self._in_force[gateway]:
            raise BrokenLawError(
                f"{gateway} decides at revision {body.revision}, and {self._in_force[gateway]} is in force"
            )
        if body.member_id is None:
            raise BrokenLawError(f"{gateway} grants to nobody")
        standing = self._desk.standing_at(body.member_id, body.revision)
        if standing is None or standing.is_barred:
            raise BrokenLawError(f"{gateway} grants to {body.member_id} at revision {body.revision}: {standing}")
        if body.contract_id not in standing.unlimited | standing.packs:
            raise BrokenLawError(f"{gateway} grants on {body.contract_id} at revision {body.revision}: {standing}")
