"""Every outside thing that the gateway needs, as the services see it. Adapters implement these; tests fake them.

The tap: synchronous, in memory or microseconds. The sync: asynchronous, may wait.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from access_policy.gate_view import GateView
from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.feedback import Feedback, ReaderAbilities
from gateway.domain.lane_inputs import LaneInput
from gateway.domain.lane_mode import ModeOrder
from sync_protocol.journal_events import EventBody, SealedEvent
from sync_protocol.messages import BucketRepair, ClockTrust, Delta, Message, OutboxRange, SnapshotChunk, StagedSnapshot

# --- The tap ---------------------------------------------------------------------------------------------------------


class GateStateReader(Protocol):
    """The state in force, for the tap path: a read-only connection, synchronous, microseconds."""

    def find_gate_view(self, credential_hash: str) -> GateView:
        """Everything known about this credential; an unknown one gives a view without credential."""
        ...


class Lane(Protocol):
    """One turnstile. Its relays act synchronously and are open (gate locked) at start, on stop and after a crash."""

    @property
    def lane_id(self) -> str: ...

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        """Close the relay of this direction now and open it again after `duration_ms`."""
        ...

    def lock(self) -> None:
        """Open both relays now."""
        ...

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """Give every debounced change of an input to `listener`, in the loop's thread."""
        ...


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card was read: its bits, left-aligned, and when (monotonic seconds)."""

    reader: ReaderKey
    data: bytes = field(repr=False)
    bit_count: int
    at_monotonic: float


@dataclass(frozen=True, slots=True)
class CodePresented:
    """Characters were read: a QR or bar code, or a card whose reader sends text; and when (monotonic seconds)."""

    reader: ReaderKey
    code: bytes = field(repr=False)
    at_monotonic: float


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys of a keypad (0 to 9, `*`, `#`), and when (monotonic seconds)."""

    reader: ReaderKey
    keys: str = field(repr=False)
    at_monotonic: float


ReaderState = Literal[
    "online",
    "offline",
    "tampered",
    "restored",
    "power_failing",
    "power_restored",
    "inputs",
    "outputs",
    "security_failed",
]
"""As in `ReaderChanged` of the journal."""


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """Something changed at a reader. What it says of itself holds until it goes offline.

    `abilities` come with "online", where the reader tells them; `levels` are all inputs, or all outputs.
    """

    reader: ReaderKey
    state: ReaderState
    is_secure: bool = False
    detail: str = ""
    abilities: ReaderAbilities | None = None
    levels: tuple[bool, ...] = ()


ReaderEvent = CardPresented | CodePresented | KeysPressed | ReaderStatus
ReaderListener = Callable[[ReaderEvent], None]


class ReaderBus(Protocol):
    """The readers of one wire: a bus with several, two lines with one, a scanner's port."""

    async def run(self) -> None:
        """Serve the wire until cancelled; a lost port is opened again."""
        ...

    def set_listener(self, listener: ReaderListener) -> None:
        """Give cards, codes, keys and changes of the readers to `listener`, in the loop's thread."""
        ...

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """Let a reader of this wire show of `feedback` what it can; an offline reader shows nothing."""
        ...

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """What was counted on the wire with this reader since it was opened, named as this kind of wire has it."""
        ...


@runtime_checkable
class ReaderOutputs(Protocol):
    """The outputs of readers, as a lane that is wired to one needs them."""

    def switch_output(self, reader: ReaderKey, output: int, on_ms: int) -> None:
        """Switch an output on now and off again after `on_ms` by the reader's own timer; 0: off now.

        A reader that is offline or has too much to do does nothing, also not later.
        """
        ...


class Clock(Protocol):
    """The time and how far it can be believed."""

    @property
    def trust(self) -> ClockTrust: ...

    @property
    def boot_id(self) -> str: ...

    def monotonic(self) -> float:
        """Seconds that never go back within a boot."""
        ...

    def wall_ms(self) -> int:
        """UTC milliseconds since 1970, never before the newest time that was ever trusted."""
        ...


class TimerHandle(Protocol):
    """A pending call."""

    def cancel(self) -> None: ...


class Timers(Protocol):
    """Calls in the future; an asyncio event loop is one."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> TimerHandle:
        """Call back once after `delay` seconds."""
        ...


class StatusFeed(Protocol):
    """The local listeners of `tornello-gateway watch` and of the virtual turnstile."""

    def publish(self, record: Mapping[str, object]) -> None:
        """Offer one record to all who listen; a listener too slow loses records, the tap never waits."""
        ...


# --- The journal and the state ---------------------------------------------------------------------------------------


class Journal(Protocol):
    """The writer side of `journal.db`: what happened, numbered without gaps, kept until the cloud has it."""

    @property
    def epoch(self) -> str: ...

    @property
    def fault(self) -> str | None:
        """Why the disk takes nothing, or not for long; what is appended waits in memory. None while all is well."""
        ...

    @property
    def outbox(self) -> OutboxRange: ...

    def append(self, body: EventBody) -> int:
        """Number the event now and return its sequence number at once; durable within one group commit."""
        ...

    async def flushed(self) -> None:
        """Return when everything appended so far is durable."""
        ...

    def visits_spent(self, contract_id: str) -> int:
        """Visits burnt here that the state in force does not contain yet; from memory, O(1)."""
        ...

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        """The oldest waiting events behind `after_seq`, at most `limit`."""
        ...

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        """The cloud has committed everything up to `upto_seq`; its visits are in the state of `counted_revision`."""
        ...

    async def set_aside(self, seq: int, reason: str) -> None:
        """Keep an event that the cloud refused, with the reason, out of the line."""
        ...


class LaneOrderStore(Protocol):
    """Keeps over a restart what lanes were told to be."""

    @property
    def orders(self) -> Mapping[str, ModeOrder]:
        """The last order of each lane."""
        ...

    async def keep(self, lane_id: str, order: ModeOrder) -> None:
        """Return when the order is durable.

        Raises:
            StoreBusyError: the disk does not take it now.
        """
        ...


class StateStore(Protocol):
    """The writer side of `entitlements.db`: the state in force, rebuilt from the cloud at any time."""

    @property
    def applied_revision(self) -> int: ...

    @property
    def digest_root(self) -> bytes: ...

    @property
    def staged(self) -> StagedSnapshot | None: ...

    @property
    def is_damaged(self) -> bool:
        """The rows in force were found not to be what their digest says."""
        ...

    async def apply_delta(self, delta: Delta) -> bool:
        """Bring a delta in force; False when it does not fit or the digest differs: ask for what is missing."""
        ...

    async def stage_chunk(self, chunk: SnapshotChunk) -> bool:
        """Put a part of a snapshot aside; True when it was the last one and the whole is in force now."""
        ...

    async def count_buckets(self) -> bytes | None:
        """The digest of the rows in force as they are found now; None when they cannot be read or change meanwhile."""
        ...

    async def stage_repair(self, part: BucketRepair) -> bool:
        """Take a part of the rows of the buckets counted last; True when it was the last and all is in force now."""
        ...

    async def note_contact(self, at: int) -> None:
        """Remember the newest signed word of the cloud (UTC seconds), from which the lease runs."""
        ...

    async def correct_contact(self, at: int) -> None:
        """The cloud has answered just now that it is this late (UTC seconds): nothing later has been yet."""
        ...


# --- The sync --------------------------------------------------------------------------------------------------------


class StoreBusyError(Exception):
    """The disk does not take more now: it is full, too slow, or another process holds the files. Try again later."""


class SyncJournal(Journal, Protocol):
    """What only the upload needs of the journal."""

    @property
    def acked_seq(self) -> int:
        """The newest event that the cloud has for good, -1 for none."""
        ...

    async def wait_for_more(self, after_seq: int) -> None:
        """Return when an event behind `after_seq` is durable."""
        ...

    async def begin_epoch(self) -> None:
        """Go on under a new epoch, when the cloud knows numbers that this journal has not given out yet."""
        ...


class ClockFloorStore(Protocol):
    """Keeps the latest moment known to have passed over a restart without a battery."""

    async def note_clock_floor(self, at_ms: int) -> None:
        """It is at least this late (UTC milliseconds)."""
        ...


class SettableClock(Clock, Protocol):
    """The clock, as far as the cloud may correct it."""

    def note_signed_time(self, cloud_time_ms: int) -> bool:
        """The cloud has said, and signed, that it is this late; False: it may be an old word, and is not believed."""
        ...

    def note_answered_time(self, cloud_time_ms: int, round_trip_s: float) -> None:
        """The cloud has answered that it is this late, so long after our question; the answer cannot be an old one."""
        ...


class LinkDownError(Exception):
    """The link is not there, or broke: nothing is known about what was being sent."""


class CloudLink(Protocol):
    """The way up to the cloud while it exists; sending says nothing about arrival."""

    @property
    def is_connected(self) -> bool: ...

    async def publish(self, message: Message) -> None:
        """Send one message.

        Raises:
            LinkDownError: it may or may not have been sent.
        """
        ...

    def reconnect(self, why: str) -> None:
        """Give the present connection up, because nobody answers on it."""
        ...


class CloudListener(Protocol):
    """Whoever is told what the link does, one call after the other."""

    async def handle_connected(self) -> None:
        """The link has just come up."""
        ...

    async def handle_message(self, message: Message) -> None:
        """The cloud said this, and its signature holds."""
        ...

    def handle_disconnected(self) -> None:
        """The link is gone."""
        ...
