"""The events of a gateway's journal: what happened at the lane, numbered without gaps and hash-chained.

An event is placed in time by `boot_id` and `monotonic_ms` (never wrong within a boot) and by the wall clock with
the trust it had. The chain is SHA-256 over the previous event's chain and this event's content, so that a missing or
altered event is seen.
"""

import hashlib
from typing import Literal

import msgspec

from sync_protocol.errors import DECODE_FAULTS, MalformedMessageError

Outcome = Literal["allow", "message", "block"]
Direction = Literal["in", "out"]
CHAIN_START = bytes(32)


class Body(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True):
    """What all event bodies share: told apart by the field `event`."""


class DecisionFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The circumstances that a decision depended on besides the state: `access_policy.facts.TapFacts` as it crosses
    the wire. With them and the state of that revision anybody comes to the same decision. Times are UTC seconds.
    """

    lane: Literal["free", "busy", "not_ready", "locked", "lockdown"]
    now_s: int
    is_clock_trusted: bool
    last_contact_at: int | None = None
    visits_spent: dict[str, int] = {}
    pin: Literal["none", "right", "wrong", "duress", "held_off"] = "none"
    was_in_zone: str | None = None
    was_since: int = 0
    was_at_lane: str = ""
    occupancy: int = 0
    guests_today: int = 0
    has_staff_inside: bool = False


class AccessDecided(Body, tag="access_decided", frozen=True, omit_defaults=True):
    """A credential was presented and answered. `tap_id` ties the passage to it.

    `reason` is `granted` or a deny reason of `access_policy.decision`; `signals` are what staff shall hear of.
    `text` is what the display was given, with a line break between its lines (". " in events of older gateways).
    `flags_considered` has each flag of the member and how it bore on the tap. Without `facts` the card was not known.
    """

    tap_id: str
    lane_id: str
    direction: Direction
    reader: str
    credential_hash: str
    outcome: Outcome
    reason: str
    rule: str
    revision: int
    member_id: str | None = None
    contract_id: str | None = None
    flag_ids: tuple[str, ...] = ()
    text: str = ""
    decided_in_us: int = 0
    zone_id: str = ""
    is_guest: bool = False
    signals: tuple[str, ...] = ()
    flags_considered: tuple[tuple[str, str], ...] = ()
    facts: DecisionFacts | None = None


class AccessTaken(Body, tag="access_taken", frozen=True, omit_defaults=True):
    """The rotation was confirmed: this is the visit. `spends_visit` says that a credit was burnt.

    The member, or a guest of theirs, went from `left_zone_id` to `zone_id`; an empty zone is outside. `is_staff` says
    that it was one of the staff.
    """

    tap_id: str
    lane_id: str
    direction: Direction
    member_id: str
    contract_id: str | None = None
    spends_visit: bool = False
    zone_id: str = ""
    left_zone_id: str = ""
    is_guest: bool = False
    is_staff: bool = False


class AccessNotTaken(Body, tag="access_not_taken", frozen=True, omit_defaults=True):
    """Granted, but nobody went through within the passage window: costs the member nothing."""

    tap_id: str
    lane_id: str
    direction: Direction
    member_id: str


class ReaderChanged(Body, tag="reader_changed", frozen=True, omit_defaults=True):
    """Something changed at a reader.

    `state`: online, offline, tampered, restored, power_failing, power_restored, inputs and outputs (`detail` says which
    are on or off now), security_failed (`detail` says which rule of the secure channel was broken).
    """

    lane_id: str
    reader: str
    state: str
    detail: str = ""


class LaneChanged(Body, tag="lane_changed", frozen=True, omit_defaults=True):
    """The lane said something by itself.

    `state`: ready, fault (READY lost), alarm, fire, jam, held (open for too long) and cleared are about the lane as a
    whole; forced (at rest), wrong_direction (against a grant), tailgating (right behind a granted passage) and
    exit_requested are about one person. `detail` names the signal. remote_opened: `detail` has the id of who let one
    person through from afar.
    """

    lane_id: str
    state: str
    detail: str = ""


class StorageChanged(Body, tag="storage_changed", frozen=True, omit_defaults=True):
    """The gateway's disk takes nothing more, or hardly (`state` failing), or does again (restored)."""

    state: str
    detail: str = ""


class GatewayStarted(Body, tag="gateway_started", frozen=True, omit_defaults=True):
    """The first event of each start."""

    software_version: str
    revision: int


class GapRecorded(Body, tag="gap", frozen=True, omit_defaults=True):
    """Stands for the events `from_seq` up to its own sequence number, dropped because the journal was full.

    Its `chain` is that of the last event dropped, so that the chain goes on behind the gap.
    """

    from_seq: int
    dropped: dict[str, int] = {}


class AnonymousPassage(Body, tag="anonymous_passage", frozen=True, omit_defaults=True):
    """Somebody went through whom no credential names: counts for occupancy, is nobody's visit.

    `cause`: free_passage (the lane's mode leaves this way open), exit_request (the button opened it), remote_opened
    (staff did, from afar) or evacuation.
    """

    lane_id: str
    direction: Direction
    cause: str


class LaneModeChanged(Body, tag="lane_mode_changed", frozen=True, omit_defaults=True):
    """Somebody, or the end of its time, gave the lane another mode.

    `mode`: normal, free_passage_in, free_passage_out, free_passage, locked, lockdown, evacuation. `by` says who: local
    (at the gateway), time (it had an end), restart (not carried on), or an id of the staff. `until` is UTC seconds.
    """

    lane_id: str
    mode: str
    by: str
    until: int | None = None


EventBody = (
    AccessDecided
    | AccessTaken
    | AccessNotTaken
    | ReaderChanged
    | LaneChanged
    | StorageChanged
    | GatewayStarted
    | GapRecorded
    | AnonymousPassage
    | LaneModeChanged
)


class JournalEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event, before it is sealed."""

    seq: int
    boot_id: str
    monotonic_ms: int
    wall_ms: int
    clock: Literal["untrusted", "floor", "synced"]
    body: EventBody


class SealedEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event as it rests in the journal and crosses the wire: its encoded content and its chain value.

    The content stays opaque until it is parsed one by one, so that one bad event cannot spoil its batch.
    """

    seq: int
    content: bytes
    chain: bytes


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(JournalEvent)


def chain_after(previous: bytes, content: bytes) -> bytes:
    """The chain value of an event with this content behind an event with the chain `previous`."""
    return hashlib.sha256(previous + content).digest()


def seal_event(event: JournalEvent, previous_chain: bytes) -> SealedEvent:
    """Encode an event and link it to the one before."""
    content = _encoder.encode(event)
    return SealedEvent(event.seq, content, chain_after(previous_chain, content))


def seal_gap(event: JournalEvent, last_dropped_chain: bytes) -> SealedEvent:
    """Encode a gap record; it carries the chain of the last event that it stands for."""
    assert isinstance(event.body, GapRecorded), "only a gap record keeps another event's chain"
    return SealedEvent(event.seq, _encoder.encode(event), last_dropped_chain)


def parse_event(sealed: SealedEvent) -> JournalEvent:
    """The event inside.

    Raises:
        MalformedMessageError: the content is no event of this contract, or its number is not the sealed one.
    """
    try:
        event = _decoder.decode(sealed.content)
    except DECODE_FAULTS as error:
        raise MalformedMessageError(f"event {sealed.seq} is malformed: {error}") from error
    if event.seq != sealed.seq:
        raise MalformedMessageError(f"event {sealed.seq} says inside that it is {event.seq}")
    return event


def first_seq_covered(event: JournalEvent) -> int:
    """The lowest sequence number that the event accounts for: its own, or the start of its gap."""
    return event.body.from_seq if isinstance(event.body, GapRecorded) else event.seq
