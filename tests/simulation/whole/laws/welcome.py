"""Who may pass without counting is never turned away, unless the lane is taken or the cloud was never heard."""

from access_policy.decision import Reason
from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness

# A state may come in force before any word with a time in it: the lease has not begun then.
_EXCUSES = {Reason.LANE_BUSY, Reason.LANE_NOT_READY, Reason.LEASE_EXPIRED}


class MemberIsLetIn(Witness):
    """Each refusal of a known member is compared with what the desk had done up to the revision in force."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if not isinstance(body, AccessDecided) or body.outcome != "block" or body.member_id is None:
            return
        standing = self._desk.standing_at(body.member_id, body.revision)
        may_pass = standing is not None and not standing.is_barred and standing.unlimited
        if may_pass and body.reason not in _EXCUSES:
            raise BrokenLawError(f"{gateway} refuses {body.member_id} ({body.reason}) at {body.revision}: {standing}")
