"""Messages to bytes and back: MessagePack of `[version, kind, body]`, at most 64 KiB.

Whatever bytes arrive, `parse_message` returns a message or raises one of `errors`, never anything else.
"""

from typing import Final, TypeVar

import msgspec

from sync_protocol.errors import (
    DECODE_FAULTS,
    MalformedMessageError,
    MessageTooLargeError,
    UnknownKindError,
    UnknownVersionError,
)
from sync_protocol.messages import DOWN_MESSAGES, KIND_OF, UP_MESSAGES, Message
from sync_protocol.topics import Direction

VERSION: Final = 1
PAYLOAD_BYTES_MAX: Final = 64 * 1024

M = TypeVar("M", bound=Message)


class _Envelope(msgspec.Struct, array_like=True):
    version: int
    kind: str
    body: msgspec.Raw = msgspec.Raw(b"\xc0")


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_envelope_decoder = msgspec.msgpack.Decoder(_Envelope)
_decoders: dict[tuple[Direction, str], msgspec.msgpack.Decoder[Message]] = {
    **{("up", kind): msgspec.msgpack.Decoder(message) for kind, message in UP_MESSAGES.items()},
    **{("down", kind): msgspec.msgpack.Decoder(message) for kind, message in DOWN_MESSAGES.items()},
}


def encode_message(message: Message) -> bytes:
    """The bytes of a message.

    Raises:
        MessageTooLargeError: the caller put more into one message than 64 KiB can hold.
    """
    data = _encoder.encode((VERSION, KIND_OF[type(message)], message))
    if len(data) > PAYLOAD_BYTES_MAX:
        raise MessageTooLargeError(f"a {KIND_OF[type(message)]} message of {len(data)} bytes exceeds 64 KiB")
    return data


def parse_message(data: bytes, direction: Direction, kind: str) -> Message:
    """Read a message that arrived on a topic of this direction and kind.

    Raises:
        MessageTooLargeError, MalformedMessageError, UnknownVersionError, UnknownKindError: the sender's fault.
    """
    if len(data) > PAYLOAD_BYTES_MAX:
        raise MessageTooLargeError(f"a payload of {len(data)} bytes exceeds 64 KiB")
    try:
        envelope = _envelope_decoder.decode(data)
    except DECODE_FAULTS as error:
        raise MalformedMessageError(f"not a message of this contract: {error}") from error
    if envelope.version != VERSION:
        raise UnknownVersionError(envelope.version, envelope.kind[:40], VERSION)
    decoder = _decoders.get((direction, envelope.kind))
    if decoder is None or envelope.kind != kind:
        raise UnknownKindError(f"kind {envelope.kind[:40]!r} is not expected on the topic {direction}/{kind[:40]}")
    try:
        return decoder.decode(envelope.body)
    except DECODE_FAULTS as error:
        raise MalformedMessageError(f"a {kind} message is malformed: {error}") from error
