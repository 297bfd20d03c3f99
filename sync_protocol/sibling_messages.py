"""What the gateways of a site tell each other: who went through, and what was missed of that.

A passage is known by its gateway, the epoch of that gateway's journal and its number there; hearing it again changes
nothing. `SharedPassages` accounts for every passage of an epoch behind `after_seq` up to `upto_seq`, so that the
receiver notices a gap, and asks with `PassagesWanted`. Cloud and brokers only carry this; they never need to read it.
"""

import itertools
from collections.abc import Iterator
from typing import Final

import msgspec

from sync_protocol.errors import DECODE_FAULTS, MalformedMessageError, MessageTooLargeError
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.messages import ClockTrust

VERSION: Final = 1
PAYLOAD_BYTES_MAX: Final = 60 * 1024
"""With signature and certificates around it a message stays below 64 KiB."""
PASSAGES_MAX: Final = 100
ANY_EPOCH: Final = ""
SEQ_MAX: Final = 2**53
TEXT_MAX: Final = 64


class SharedPassage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A passage as the journal of its gateway has it under `seq`; times as in `journal_events.JournalEvent`."""

    seq: int
    boot_id: str
    monotonic_ms: int
    wall_ms: int
    clock: ClockTrust
    body: AccessTaken | AnonymousPassage


class SharedPassages(msgspec.Struct, frozen=True, tag_field="kind", tag="passages", omit_defaults=True):
    """All passages of `epoch` behind `after_seq` up to `upto_seq` that still matter, at most `PASSAGES_MAX`.

    Without passages it says how far the sender's journal has come: `newest_seq` is its newest passage, -1 for none.
    `boot_id` and `monotonic_ms` are of the moment of sending: how long ago a passage was, needs no clock on the wall.
    """

    epoch: str
    after_seq: int
    upto_seq: int
    newest_seq: int
    boot_id: str
    monotonic_ms: int
    passages: tuple[SharedPassage, ...] = ()


class PassagesWanted(msgspec.Struct, frozen=True, tag_field="kind", tag="wanted", omit_defaults=True):
    """The sender of this knows the passages of `epoch` up to `after_seq`, and wants those behind.

    With `ANY_EPOCH` it wants to know how far the receiver is.
    """

    epoch: str
    after_seq: int


SiblingMessage = SharedPassages | PassagesWanted

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder: msgspec.msgpack.Decoder[tuple[int, SiblingMessage]] = msgspec.msgpack.Decoder(tuple[int, SiblingMessage])


def encode_sibling_message(message: SiblingMessage) -> bytes:
    """The bytes of a message, to be sealed.

    Raises:
        MessageTooLargeError: the caller put more into one message than fits.
    """
    data = _encoder.encode((VERSION, message))
    if len(data) > PAYLOAD_BYTES_MAX:
        raise MessageTooLargeError(f"a message of {len(data)} bytes to a sibling exceeds {PAYLOAD_BYTES_MAX}")
    return data


def parse_sibling_message(data: bytes) -> SiblingMessage:
    """Read what a sibling has sealed.

    Raises:
        MalformedMessageError: not a message of this contract, or one whose numbers contradict each other.
    """
    try:
        version, message = _decoder.decode(data)
    except DECODE_FAULTS as error:
        raise MalformedMessageError(f"not a message of a sibling: {error}") from error
    if version != VERSION:
        raise MalformedMessageError(f"a sibling speaks version {version}, this side speaks {VERSION}")
    if isinstance(message, SharedPassages):
        numbers = [message.after_seq, *(passage.seq for passage in message.passages), message.upto_seq + 1]
        is_rising = all(a < b for a, b in itertools.pairwise(numbers))
        is_bounded = len(message.passages) <= PASSAGES_MAX and message.upto_seq <= message.newest_seq <= SEQ_MAX
        if not is_rising or not is_bounded:
            raise MalformedMessageError("the numbers of a sibling's passages contradict each other")
    if any(len(text) > TEXT_MAX for text in _texts(message)):
        raise MalformedMessageError("a sibling's message holds a name that is too long")
    return message


def _texts(message: SiblingMessage) -> Iterator[str]:
    """The names in it, which end up in a database."""
    yield message.epoch
    if isinstance(message, SharedPassages):
        for passage in message.passages:
            yield passage.body.lane_id
            if isinstance(passage.body, AccessTaken):
                yield from (passage.body.member_id, passage.body.zone_id, passage.body.left_zone_id)
