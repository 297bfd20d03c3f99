"""Ten-line fakes of the gateway's own ports, for tests that touch memory alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from access_policy.gate_view import GateView
from access_policy.schedule import Calendar
from access_policy.site_policy import SitePolicy, SiteRules
from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.feedback import Feedback
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.presence import Presence
from gateway.service.card_tap import Knowledge
from gateway.service.ports import Clock, GateStateReader, ReaderListener
from sync_protocol.journal_events import EventBody, SealedEvent
from sync_protocol.messages import OutboxRange
from tests.display_catalogue import display_catalogue

SITE = SitePolicy(SiteRules("sit_a", "Club", "Europe/Rome", "it", lease_days=30), Calendar(ZoneInfo("Europe/Rome")))


def unhashed_knowledge(state: GateStateReader, clock: Clock, presence: Presence | None = None) -> Knowledge:
    """What taps are decided from, where credentials and PINs are their own hashes."""
    return Knowledge(
        state=state,
        presence=presence or Presence(),
        clock=clock,
        catalogue=display_catalogue(),
        hash_credential=lambda canonical: canonical,
        hash_pin=lambda credential_hash, pin: f"{credential_hash}/{pin}",
    )


@dataclass
class FakeTimer:
    due_s: float
    callback: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass
class FakeTimers:
    """Time that passes when told."""

    now_s: float = 0.0
    pending: list[FakeTimer] = field(default_factory=list)

    def call_later(self, delay: float, callback: Callable[[], None], /) -> FakeTimer:
        timer = FakeTimer(self.now_s + delay, callback)
        self.pending.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        self.now_s += seconds
        for timer in sorted(self.pending, key=lambda timer: timer.due_s):
            if not timer.is_cancelled and timer.due_s <= self.now_s:
                timer.is_cancelled = True
                timer.callback()


@dataclass
class FakeLane:
    """Notes what the relays were told; `say` gives an input."""

    lane_id: str = "lan_a"
    calls: list[str] = field(default_factory=list)
    listener: Callable[[LaneInput], None] | None = None

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        self.calls.append(f"unlock {direction} {duration_ms}")

    def lock(self) -> None:
        self.calls.append("lock")

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        self.listener = listener

    def say(self, signal: LaneSignal, *, is_active: bool = True) -> None:
        assert self.listener is not None
        self.listener(LaneInput(signal, is_active))


@dataclass
class FakeJournal:
    """Keeps bodies in a list; `spent` is what `visits_spent` answers."""

    bodies: list[EventBody] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=dict)
    epoch: str = "epoch-a"
    fault: str | None = None
    is_hanging: bool = False

    @property
    def outbox(self) -> OutboxRange:
        return OutboxRange(0, len(self.bodies))

    def append(self, body: EventBody) -> int:
        self.bodies.append(body)
        return len(self.bodies) - 1

    async def flushed(self) -> None:
        if self.is_hanging:
            raise TimeoutError

    def visits_spent(self, contract_id: str) -> int:
        return self.spent.get(contract_id, 0)

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        return []

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        """Nothing is kept here that could be settled."""

    async def set_aside(self, seq: int, reason: str) -> None:
        """Nothing is kept here that could be put aside."""


@dataclass
class FakeBus:
    """Notes what each reader was made to show."""

    shown: list[tuple[ReaderKey, Feedback]] = field(default_factory=list)

    async def run(self) -> None:
        """There is no wire."""

    def set_listener(self, listener: ReaderListener) -> None:
        """There is no wire."""

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        self.shown.append((reader, feedback))

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        return {}


@dataclass
class FakeState:
    """Views by credential hash; any other gets the view of an unknown credential."""

    views: dict[str, GateView] = field(default_factory=dict)
    nobody: GateView = GateView(None, None, (), SITE, 7, 0)  # noqa: RUF009 - frozen

    def find_gate_view(self, credential_hash: str) -> GateView:
        return self.views.get(credential_hash, self.nobody)


@dataclass
class FakeStatus:
    records: list[Mapping[str, object]] = field(default_factory=list)

    def publish(self, record: Mapping[str, object]) -> None:
        self.records.append(record)
