"""Which readers are there: told to the journal, to the heartbeat and once to the log, lost and back alike."""

import logging
from collections.abc import Callable, Mapping

from gateway.domain.access_point import ReaderKey
from gateway.service.ports import Journal, ReaderStatus
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from sync_protocol.journal_events import ReaderChanged
from sync_protocol.messages import ReaderHealth

log = logging.getLogger(__name__)


class ReaderWatch:
    """Follows the readers' states; `on_change` is called after each change."""

    def __init__(
        self,
        places: Mapping[ReaderKey, ReaderPlace],
        *,
        journal: Journal,
        feedback: ReaderFeedback,
        on_change: Callable[[], None],
    ) -> None:
        self._places = dict(places)
        self._journal = journal
        self._feedback = feedback
        self._on_change = on_change
        self._secure: dict[ReaderKey, bool] = {}

    @property
    def health(self) -> tuple[ReaderHealth, ...]:
        """Every configured reader, in the order of the configuration."""
        return tuple(
            ReaderHealth(place.access_point.lane_id, key, key in self._secure, self._secure.get(key, False))
            for key, place in self._places.items()
        )

    def handle_status(self, status: ReaderStatus) -> None:
        """Take in one change; a reader that comes online is invited to show the idle text."""
        place = self._places[status.reader]
        if status.state == "online":
            self._secure[status.reader] = status.is_secure
            self._feedback.show_idle(status.reader)
        elif status.state == "offline":
            self._secure.pop(status.reader, None)
        is_good = status.state in {"online", "restored"}
        detail = f": {status.detail}" if status.detail else ""
        log.log(logging.INFO if is_good else logging.WARNING, "reader %s %s%s", status.reader, status.state, detail)
        self._journal.append(ReaderChanged(place.access_point.lane_id, status.reader, status.state, status.detail))
        self._on_change()
