"""A tap with a wall behind the gate: the real look-up, decision and wording; no relay, no record, no light.

It answers "what would happen?" at the gateway, and proves to the watchdog every few seconds that taps are answered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.domain.access_point import AccessPoint, Direction, ReaderKey
from gateway.domain.feedback import Feedback
from gateway.domain.lane_inputs import LaneInput
from gateway.domain.lane_states import LaneState
from gateway.service.card_tap import CardTap, GateParts, Knowledge
from gateway.service.credential_reading import CardReading
from gateway.service.display import DisplaySettings
from gateway.service.passage import Grant, GrantEnd, LanePassages
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented, CodePresented, Journal, ReaderListener, TimerHandle
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.relay_control import LaneTiming
from sync_protocol.journal_events import EventBody, SealedEvent
from sync_protocol.messages import OutboxRange

READER: Final = ReaderKey("dry-tap")
NOBODYS_CODE: Final = "tornello self-tap: no credential is ever this code"
NOBODYS_HASH: Final = "0" * 32
"""A hash that no credential has in practice: 128 bits of a keyed hash, all zero."""


class WrongDecisionError(Exception):
    """A tap was answered as it must not be."""


@dataclass(frozen=True, slots=True)
class DryAnswer:
    """`record` is what `watch` would show of the tap; `would_unlock` are the ways that would have been opened."""

    record: Mapping[str, object]
    would_unlock: tuple[Direction, ...]


class DryTap:
    """Answers cards from `knowledge` as the gate would, if the lane were free."""

    def __init__(self, knowledge: Knowledge, journal: Journal) -> None:
        self._knowledge = knowledge
        self._journal = journal
        self.self_tap_s = 0.0
        """How long the newest tap for nobody took, in seconds."""

    def present(
        self, presented: CardPresented | CodePresented, at: AccessPoint, reading: CardReading | None = None
    ) -> DryAnswer:
        """Answer a card at this access point; its `reader` is of no consequence."""
        wall = _Wall(at.lane_id)
        place = ReaderPlace(presented.reader, at, DisplaySettings(), wall, reading or CardReading())
        places = {presented.reader: place}
        feedback = ReaderFeedback(places, self._knowledge.catalogue)
        journal = _UnwrittenJournal(self._journal)
        lane = LanePassages(wall, LaneTiming(), journal=journal, timers=wall, listener=wall)
        parts = GateParts(places, {at.lane_id: lane}, feedback, PinCollection(wall))
        CardTap(parts, self._knowledge, journal=journal, status=wall, new_tap_id=lambda: "dry").handle_card(presented)
        return DryAnswer(wall.records[-1], tuple(wall.unlocked))

    def tap_for_nobody(self) -> int:
        """Present a code that nobody has; returns how long the decision took, in microseconds.

        Raises:
            WrongDecisionError: it would open the gate.
        """
        begun_at = self._knowledge.clock.monotonic()
        answer = self.present(CodePresented(READER, NOBODYS_CODE.encode(), begun_at), AccessPoint("", "in"))
        if answer.would_unlock or answer.record["outcome"] != "block":
            raise WrongDecisionError("a credential that nobody has was granted")
        self.self_tap_s = self._knowledge.clock.monotonic() - begun_at
        return round(self.self_tap_s * 1_000_000)


class _NeverTimer:
    """A call that is never made."""

    def cancel(self) -> None:
        """It never comes anyway."""


@dataclass
class _Wall:
    """Lane, reader, display and listeners in one: all that is behind a gate, and nothing moves."""

    lane_id: str
    unlocked: list[Direction] = field(default_factory=list)
    records: list[Mapping[str, object]] = field(default_factory=list)

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        self.unlocked.append(direction)

    def lock(self) -> None:
        """There is no relay."""

    async def run(self) -> None:
        """There is nothing to serve."""

    def set_listener(self, listener: Callable[[LaneInput], None] | ReaderListener) -> None:
        """Nothing ever happens here."""

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """There is no light."""

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """There is no wire."""
        return {}

    def call_later(self, delay: float, callback: Callable[[], None], /) -> TimerHandle:
        """The tap is over before any time passes."""
        return _NeverTimer()

    def publish(self, record: Mapping[str, object]) -> None:
        self.records.append(record)

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        """Nobody goes through a wall."""

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        """Nobody watches it."""


@dataclass(frozen=True)
class _UnwrittenJournal:
    """Knows what the real journal knows, and takes nothing down."""

    real: Journal

    @property
    def epoch(self) -> str:
        return self.real.epoch

    @property
    def fault(self) -> str | None:
        return self.real.fault

    @property
    def outbox(self) -> OutboxRange:
        return self.real.outbox

    def append(self, body: EventBody) -> int:
        """Not recorded."""
        return -1

    async def flushed(self) -> None:
        """There is nothing to write."""

    def visits_spent(self, contract_id: str) -> int:
        return self.real.visits_spent(contract_id)

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        return await self.real.read_outbox(after_seq, limit)

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        """Not settled."""

    async def set_aside(self, seq: int, reason: str) -> None:
        """Not put aside."""
