"""How the readers are: told to the journal, to the heartbeat, to the status, and once to the log.

What a reader said of itself (tamper, power, inputs, outputs) holds while it is online; it says it anew when it comes
back. A broken secure channel is an alarm until the reader is online again with its key.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import ReaderAbilities
from gateway.service.change_budget import ChangeBudget
from gateway.service.ports import Journal, ReaderState, ReaderStatus, Timers
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.status_records import AbilitiesReport, ReaderReport
from sync_protocol.journal_events import ReaderChanged
from sync_protocol.messages import ReaderHealth

log = logging.getLogger(__name__)

_QUIET_STATES: Final = frozenset[ReaderState]({"online", "restored", "power_restored", "inputs", "outputs"})


@dataclass(slots=True)
class _Reader:
    """What is known of one reader now."""

    is_online: bool = False
    is_secure: bool = False
    is_tampered: bool = False
    is_power_failing: bool = False
    inputs: tuple[bool, ...] = ()
    outputs: tuple[bool, ...] = ()
    abilities: ReaderAbilities | None = None
    alarm: str = ""


class ReaderWatch:
    """Follows the readers' states; `on_change` is called after each change."""

    def __init__(
        self,
        places: Mapping[ReaderKey, ReaderPlace],
        *,
        journal: Journal,
        feedback: ReaderFeedback,
        timers: Timers,
        on_change: Callable[[], None],
    ) -> None:
        self._places = dict(places)
        self._journal = journal
        self._feedback = feedback
        self._on_change = on_change
        self._readers = {key: _Reader() for key in places}
        self._budget = ChangeBudget(timers, self._tell_left_out)

    @property
    def health(self) -> tuple[ReaderHealth, ...]:
        """Every configured reader, in the order of the configuration, for the heartbeat."""
        return tuple(
            ReaderHealth(place.access_point.lane_id, key, self._readers[key].is_online, self._readers[key].is_secure)
            for key, place in self._places.items()
        )

    @property
    def reports(self) -> tuple[ReaderReport, ...]:
        """The same readers, with all that is known of them, for the status."""
        return tuple(
            ReaderReport(
                lane_id=place.access_point.lane_id,
                reader=key,
                is_online=reader.is_online,
                is_secure=reader.is_secure,
                is_tampered=reader.is_tampered,
                is_power_failing=reader.is_power_failing,
                inputs=reader.inputs,
                outputs=reader.outputs,
                alarm=reader.alarm,
                shows=_describe_abilities(reader.abilities),
            )
            for key, place in self._places.items()
            for reader in (self._readers[key],)
        )

    def handle_status(self, status: ReaderStatus) -> None:
        """Take in one change; a reader that comes online is invited to show the idle text."""
        place, reader = self._places[status.reader], self._readers[status.reader]
        detail = status.detail
        match status.state:
            case "online":
                self._welcome(status, reader)
            case "offline":
                self._readers[status.reader] = _Reader(alarm=reader.alarm)
            case "tampered" | "restored":
                reader.is_tampered = status.state == "tampered"
            case "power_failing" | "power_restored":
                reader.is_power_failing = status.state == "power_failing"
            case "security_failed":
                reader.alarm = status.detail
            case "inputs":
                detail, reader.inputs = _changes(reader.inputs, status.levels), status.levels
            case "outputs":
                detail, reader.outputs = _changes(reader.outputs, status.levels), status.levels
        is_first_report_of_rest = status.state in {"inputs", "outputs"} and not detail
        if not is_first_report_of_rest and self._budget.take(status.reader, status.state):
            self._tell(ReaderChanged(place.access_point.lane_id, status.reader, status.state, detail))
        self._on_change()

    def _welcome(self, status: ReaderStatus, reader: _Reader) -> None:
        reader.is_online, reader.is_secure, reader.abilities = True, status.is_secure, status.abilities
        if status.is_secure:
            reader.alarm = ""
        self._feedback.learn_abilities(status.reader, status.abilities)
        self._feedback.show_idle(status.reader)

    def _tell_left_out(self, reader: ReaderKey, state: ReaderState, count: int) -> None:
        detail = f"{count} more within a minute were not recorded"
        self._tell(ReaderChanged(self._places[reader].access_point.lane_id, reader, state, detail))

    def _tell(self, change: ReaderChanged) -> None:
        level = logging.INFO if change.state in _QUIET_STATES else logging.WARNING
        detail = f": {change.detail}" if change.detail else ""
        log.log(level, "reader %s %s%s", change.reader, change.state.replace("_", " "), detail)
        self._journal.append(change)


def _changes(before: tuple[bool, ...], after: tuple[bool, ...]) -> str:
    """`1 on, 3 off`: what is not as it was, counted from 1; what was not known counts as off."""
    known = (*before, *[False] * len(after))
    changed = [(number, level) for number, level in enumerate(after) if level != known[number]]
    return ", ".join(f"{number + 1} {'on' if level else 'off'}" for number, level in changed)


def _describe_abilities(abilities: ReaderAbilities | None) -> AbilitiesReport | None:
    if abilities is None:
        return None
    return AbilitiesReport(
        light=abilities.light,
        has_buzzer=abilities.has_buzzer,
        text_lines=abilities.line_count,
        text_columns=abilities.column_count,
    )
