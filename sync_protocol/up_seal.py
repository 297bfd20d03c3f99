"""What a gateway tells the cloud is signed with the key of its certificate, over topic, serial, number and payload.

The envelope is MessagePack `[1, serial, number, signature, payload, certificate]`, ECDSA P-256 with SHA-256. `serial`
(hex) names the certificate. `number` grows with each message of a gateway, over all of its starts: nothing that was
heard is heard again. `certificate` (DER) is empty but in Hello, for a cloud that has forgotten it (decision 0023).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sync_protocol.errors import DECODE_FAULTS, MalformedMessageError, MessageTooLargeError, SignatureInvalidError

_CONTEXT: Final = b"tornello up 1\x00"
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
SEALED_BYTES_MAX: Final = 64 * 1024
NUMBER_MAX: Final = 2**53
Serial = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{1,40}$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]
Certificate = Annotated[bytes, msgspec.Meta(max_length=4096)]


class _Sealed(msgspec.Struct, array_like=True):
    version: int
    serial: Serial
    number: Number
    signature: bytes
    payload: bytes
    certificate: Certificate = b""


_decoder = msgspec.msgpack.Decoder(_Sealed)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A key and its certificate: the serial in hex, the certificate in DER. `sign` is ECDSA with SHA-256, in DER."""

    serial: str
    certificate: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class SealedUp:
    """A sealed message as it came: who says to have signed it, and nothing of what it says before that is proven."""

    topic: str
    serial: str
    number: int
    certificate: bytes
    _signature: bytes
    _payload: bytes

    def open(self, key: ec.EllipticCurvePublicKey) -> bytes:
        """The payload, if this key has signed it for this topic under this number.

        Raises:
            SignatureInvalidError: it has not.
        """
        try:
            key.verify(self._signature, _signed_bytes(self.topic, self.serial, self.number, self._payload), _ECDSA)
        except InvalidSignature as error:
            raise SignatureInvalidError(f"the signature does not hold for {self.topic}") from error
        return self._payload


def seal_up(topic: str, payload: bytes, number: int, speaker: Speaker, *, shows_certificate: bool = False) -> bytes:
    """Wrap a payload for this topic.

    Raises:
        MessageTooLargeError: with its signature the message exceeds 64 KiB, and nobody would take it.
    """
    signature = speaker.sign(_signed_bytes(topic, speaker.serial, number, payload))
    certificate = speaker.certificate if shows_certificate else b""
    data = msgspec.msgpack.encode(_Sealed(1, speaker.serial, number, signature, payload, certificate))
    if len(data) > SEALED_BYTES_MAX:
        raise MessageTooLargeError(f"a sealed message of {len(data)} bytes exceeds 64 KiB")
    return data


def read_sealed(topic: str, data: bytes) -> SealedUp:
    """Take the envelope of what arrived on this topic apart, to be opened with the key that it names.

    Raises:
        MalformedMessageError: not a sealed envelope.
    """
    if len(data) > SEALED_BYTES_MAX:
        raise MalformedMessageError(f"a sealed message of {len(data)} bytes exceeds 64 KiB")
    try:
        sealed = _decoder.decode(data)
    except DECODE_FAULTS as error:
        raise MalformedMessageError(f"not a message signed by a gateway: {error}") from error
    if sealed.version != 1:
        raise MalformedMessageError(f"sealed in a way that is not known here: {sealed.version}")
    return SealedUp(topic, sealed.serial, sealed.number, sealed.certificate, sealed.signature, sealed.payload)


def _signed_bytes(topic: str, serial: str, number: int, payload: bytes) -> bytes:
    return b"".join((_CONTEXT, topic.encode(), b"\x00", serial.encode(), b"\x00", number.to_bytes(8, "big"), payload))
