"""Every message of the contract, as a typed struct. Times are UTC milliseconds unless the name says otherwise.

Up (sealed, `up_seal`): Hello, Heartbeat, StateApplied, StateBuckets, EventBatch, CommandResult, DiagnosticsPart.
Down (signed, `signing`): Welcome, CloudHeartbeat, Delta, SnapshotChunk, BucketRepair, StateLater, SigningKeys,
EventsAcked, EventRefused, Refused, Command.
"""

from typing import Annotated, Literal

import msgspec

from sync_protocol.digest import BUCKETS, DIGEST_BYTES
from sync_protocol.gate_commands import CommandAction, CommandOutcome
from sync_protocol.journal_events import SealedEvent
from sync_protocol.self_test import SelfTestReport
from sync_protocol.state_rows import StateRow

ClockTrust = Literal["untrusted", "floor", "synced"]
AllBuckets = Annotated[bytes, msgspec.Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]
SomeBuckets = Annotated[bytes, msgspec.Meta(max_length=BUCKETS)]
PublicKey = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
SHOWN_EVERY_CHUNKS = 4
PublicKeys = Annotated[tuple[PublicKey, ...], msgspec.Meta(min_length=1, max_length=4)]


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """What all messages share; the kind travels in the envelope (`codec`)."""


class OutboxRange(msgspec.Struct, frozen=True, array_like=True):
    """Sequence numbers waiting on a gateway: `first_seq` up to, not including, `next_seq`."""

    first_seq: int
    next_seq: int


class StagedSnapshot(msgspec.Struct, frozen=True, array_like=True):
    """A snapshot that a gateway holds in part: the chunks 0 up to, not including, `next_index`."""

    snapshot_id: str
    next_index: int


class ReaderHealth(msgspec.Struct, frozen=True):
    """One reader as its gateway sees it."""

    lane_id: str
    reader: str
    is_online: bool
    is_secure: bool


class LaneHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """One lane that is not as on any other day.

    `trouble` is the word of `LaneChanged` for what keeps it from its work (fire, alarm, fault, jam, held), empty if
    nothing does. `mode` is as in `LaneModeChanged`, `until` its end in UTC seconds.
    """

    lane_id: str
    trouble: str = ""
    mode: str = "normal"
    until: int | None = None


class Hello(Message, frozen=True, omit_defaults=True):
    """First words after each connect, and the request for whatever is missing.

    `wants_snapshot` says that the state at hand is not to be built upon (corrupt, digest differs). `nonce` is random,
    and comes back in the Welcome: nobody can answer with words of earlier days. `run_id` is random for each start of
    the program: commands name it, so that none survives a restart. Without one it takes no commands. `keys_serial` is
    of the newest `SigningKeys` that it has, 0 if it never had any.
    """

    boot_id: str
    software_version: str
    journal_epoch: str
    applied_revision: int
    digest_root: bytes
    outbox: OutboxRange
    clock: ClockTrust
    wall_ms: int
    staged: StagedSnapshot | None = None
    wants_snapshot: bool = False
    nonce: bytes = b""
    run_id: str = ""
    keys_serial: int = 0


class Heartbeat(Message, frozen=True, omit_defaults=True):
    """Every 15 s up, and as a snapshot gets on: what is in force, what waits, how it feels.

    `staged` is what it holds of a snapshot, and shows the cloud how much more it may send. `disk_fault` says why its
    disk takes no more, `policy_fault` why the site's newest rules are not in force. `lanes` has those that were told to
    be something, or are in trouble. `self_test` is its newest self-test, told once a connection.
    """

    boot_id: str
    beat: int
    applied_revision: int
    digest_root: bytes
    outbox: OutboxRange
    clock: ClockTrust
    wall_ms: int
    readers: tuple[ReaderHealth, ...] = ()
    disk_fault: str | None = None
    self_test: SelfTestReport | None = None
    policy_fault: str | None = None
    lanes: tuple[LaneHealth, ...] = ()
    staged: StagedSnapshot | None = None


class StateApplied(Message, frozen=True, omit_defaults=True):
    """A revision is in force at the gateway since `applied_at_ms` (its own clock, see `clock`)."""

    boot_id: str
    revision: int
    digest_root: bytes
    applied_at_ms: int
    clock: ClockTrust


class StateBuckets(Message, frozen=True, omit_defaults=True):
    """The digest of the rows at `revision` as they are found on the disk: asks for the buckets that differ."""

    revision: int
    buckets: AllBuckets


class EventBatch(Message, frozen=True, omit_defaults=True):
    """Consecutive events of one journal epoch, the oldest first, at most 200."""

    journal_epoch: str
    events: tuple[SealedEvent, ...]


class CommandResult(Message, frozen=True, omit_defaults=True):
    """How a command ended, and when by the gateway's clock (see `clock`). `detail` is a stable word: why not."""

    command_id: str
    outcome: CommandOutcome
    at_ms: int
    clock: ClockTrust
    detail: str = ""


class DiagnosticsPart(Message, frozen=True, omit_defaults=True):
    """Part `index` of `count` of the support bundle that a command asked for; at most 32 KiB, at most 8 parts."""

    command_id: str
    index: int
    count: int
    data: bytes


class Welcome(Message, frozen=True, omit_defaults=True):
    """The answer to the Hello with this nonce. Events up to `acked_seq` of this epoch are in the cloud (-1: none).

    `acked_chain` is the chain of the last of them, empty if that is not known: an event of the gateway's with the same
    number and another chain is another event, and the gateway an old copy of itself.
    """

    cloud_time_ms: int
    head_revision: int
    digest_root: bytes
    journal_epoch: str
    acked_seq: int
    nonce: bytes = b""
    acked_chain: bytes = b""


class CloudHeartbeat(Message, frozen=True, omit_defaults=True):
    """Every 15 s down: the head that should be in force, and the time."""

    cloud_time_ms: int
    head_revision: int
    digest_root: bytes


class Delta(Message, frozen=True, omit_defaults=True):
    """Applies only on top of `from_revision`; afterwards the digest root must be `digest_root`."""

    from_revision: int
    to_revision: int
    digest_root: bytes
    upserts: tuple[StateRow, ...] = ()
    deletes: tuple[str, ...] = ()


class SnapshotChunk(Message, frozen=True, omit_defaults=True):
    """Part `index` of `count` of the whole state at `revision`; staged, then swapped in at once.

    Some come at a time: after each `SHOWN_EVERY_CHUNKS` a heartbeat shows that there is room for more.
    """

    snapshot_id: str
    revision: int
    index: int
    count: int
    digest_root: bytes
    rows: tuple[StateRow, ...] = ()


class BucketRepair(Message, frozen=True, omit_defaults=True):
    """Part `index` of `count` of all rows of `buckets` (a byte each) at `to_revision`: the answer to `StateBuckets`.

    Applies as a whole, and only on top of `from_revision`; every other bucket is as the gateway said, and afterwards
    the digest root must be `digest_root`.
    """

    from_revision: int
    to_revision: int
    index: int
    count: int
    digest_root: bytes
    buckets: SomeBuckets
    rows: tuple[StateRow, ...] = ()


class StateLater(Message, frozen=True, omit_defaults=True):
    """Others are being sent their whole state first; if none has come by then, ask again after `retry_after_s`."""

    retry_after_s: int


class SigningKeys(Message, frozen=True, omit_defaults=True):
    """From now on believe these keys (raw Ed25519) and no others; of two such words the one with the higher serial."""

    serial: int
    keys: PublicKeys


class EventsAcked(Message, frozen=True, omit_defaults=True):
    """The cloud has committed every event up to `upto_seq`; their visits are counted at `counted_revision`.

    `nonce` is the newest Hello's that it has heard: a word from before that means nothing any more.
    """

    journal_epoch: str
    upto_seq: int
    counted_revision: int
    nonce: bytes = b""


class EventRefused(Message, frozen=True, omit_defaults=True):
    """One event that the cloud cannot take: the gateway puts it aside with the reason and goes on."""

    journal_epoch: str
    seq: int
    reason: str


class Refused(Message, frozen=True, omit_defaults=True):
    """A message that the cloud does not accept, by name; `retry_after_s` asks to come back later.

    `heard_number` says that its number was not above the newest one heard from this gateway, which is this.
    """

    kind: str
    reason: str
    known_version: int
    retry_after_s: int | None = None
    heard_number: int | None = None


class Command(Message, frozen=True, omit_defaults=True):
    """Do this at this lane, once, in this very run, and not after `expires_at_ms`; `by` is an id of the staff.

    `nonce` is random: what was done under it is not done again. It lives for at most a minute.
    """

    command_id: str
    nonce: bytes
    run_id: str
    lane_id: str
    action: CommandAction
    issued_at_ms: int
    expires_at_ms: int
    by: str


UP_MESSAGES: dict[str, type[Message]] = {
    "hello": Hello,
    "heartbeat": Heartbeat,
    "applied": StateApplied,
    "buckets": StateBuckets,
    "events": EventBatch,
    "command_result": CommandResult,
    "diagnostics": DiagnosticsPart,
}
DOWN_MESSAGES: dict[str, type[Message]] = {
    "welcome": Welcome,
    "heartbeat": CloudHeartbeat,
    "delta": Delta,
    "snapshot": SnapshotChunk,
    "repair": BucketRepair,
    "later": StateLater,
    "signing_keys": SigningKeys,
    "acked": EventsAcked,
    "event_refused": EventRefused,
    "refused": Refused,
    "command": Command,
}
KIND_OF: dict[type[Message], str] = {
    message: kind for table in (UP_MESSAGES, DOWN_MESSAGES) for kind, message in table.items()
}
