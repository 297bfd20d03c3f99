"""What arrives late is marked as history, so that nobody acts on it as if it happened now; and what is news is not."""

from collections.abc import Callable

from sqlalchemy import select

from cloud.access_events.columns import HISTORY_AFTER
from cloud.access_events.models import AccessEvent, BootClock
from cloud.database import Database
from gateway.service.cloud_session import SILENCE_MAX_S
from sync_protocol.journal_events import EventBody
from tests.simulation.whole.machine import BEGINS_AT_S
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness

CLOCK_ERROR_MAX_S = SILENCE_MAX_S
"""The cloud's time is as old as the answer that brings it, and an answer is believed for so long."""


class BacklogIsHistory(Witness):
    """Knows when each event truly happened; `now_s` is the true time.

    Of a boot whose clock the cloud never confirmed, nobody can say how old its events are.
    """

    def __init__(self, now_s: Callable[[], float], database: Database) -> None:
        self._now_s = now_s
        self._database = database
        self._written_s: dict[tuple[str, int], float] = {}

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        self._written_s[gateway, seq] = self._now_s()

    def calm_reached(self) -> None:
        with self._database.session() as session:
            confirmed = {(clock.gateway_id, clock.boot_id) for clock in session.scalars(select(BootClock))}
            for event in session.scalars(select(AccessEvent).where(AccessEvent.kind != "gap")):
                if (event.gateway_id, event.boot_id) in confirmed:
                    self._compare(event)

    def _compare(self, event: AccessEvent) -> None:
        arrived_s = event.received_at.timestamp() - BEGINS_AT_S
        age_s = arrived_s - self._written_s[event.gateway_id, event.seq]
        is_sure = abs(age_s - HISTORY_AFTER.total_seconds()) > CLOCK_ERROR_MAX_S
        if is_sure and event.is_history is not (age_s > HISTORY_AFTER.total_seconds()):
            marked = "history" if event.is_history else "news"
            raise BrokenLawError(f"event {event.seq} of {event.gateway_id} was {age_s:.1f} s old and is {marked}")
