"""Tells the readers and the local listeners how a grant ended and what each lane is doing."""

from collections.abc import Callable

from gateway.domain.lane_states import LaneState
from gateway.service.passage import Grant, GrantEnd
from gateway.service.ports import StatusFeed
from gateway.service.reader_feedback import ReaderFeedback
from gateway.service.status_records import passage_record


class GateReport:
    """The `PassageListener` of all lanes; `publish_state` sends the state of the whole gateway to who listens."""

    def __init__(self, feedback: ReaderFeedback, status: StatusFeed, publish_state: Callable[[], None]) -> None:
        self._feedback = feedback
        self._status = status
        self._publish_state = publish_state

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        """Make the reader idle again, unless the same member's newer grant is shown there already."""
        if end != "replaced":
            self._feedback.show_idle(grant.reader)
        self._status.publish(passage_record(lane_id, grant, end))

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        """The lane's state is part of the gateway's."""
        self._publish_state()
