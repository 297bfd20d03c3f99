"""What goes down is signed: the broker need not be trusted.

An Ed25519 signature over the topic and the payload, so that a message cannot be replayed to another gateway or
as another kind. The envelope is MessagePack `[1, key_id, signature, payload]`. Source: RFC 8032.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync_protocol.errors import (
    DECODE_FAULTS,
    MalformedMessageError,
    MessageTooLargeError,
    SignatureInvalidError,
    UnknownSigningKeyError,
)

_CONTEXT: Final = b"tornello down 1\x00"
SIGNED_BYTES_MAX: Final = 64 * 1024


class _Signed(msgspec.Struct, array_like=True):
    version: int
    key_id: str
    signature: bytes
    payload: bytes


_decoder = msgspec.msgpack.Decoder(_Signed)


def key_id_of(public_key: bytes) -> str:
    """The short name of a raw 32-byte Ed25519 public key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


class SiteSigner:
    """Signs what the cloud sends to one site's gateways."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        self.public_key: bytes = self._key.public_key().public_bytes_raw()
        self.key_id: str = key_id_of(self.public_key)

    def sign(self, topic: str, payload: bytes) -> bytes:
        """Wrap a payload for this topic.

        Raises:
            MessageTooLargeError: with its signature the message exceeds 64 KiB, and nobody would take it.
        """
        signature = self._key.sign(_signed_bytes(topic, payload))
        data = msgspec.msgpack.encode(_Signed(1, self.key_id, signature, payload))
        if len(data) > SIGNED_BYTES_MAX:
            raise MessageTooLargeError(f"a signed message of {len(data)} bytes exceeds 64 KiB")
        return data


class SiteVerifier:
    """Believes only what one of the site's keys (key id -> raw public key) has signed."""

    def __init__(self, public_keys: Mapping[str, bytes]) -> None:
        self._keys = {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in public_keys.items()}

    def open(self, topic: str, data: bytes) -> bytes:
        """The payload, if its signature holds for this topic.

        Raises:
            MalformedMessageError: not a signed envelope.
            UnknownSigningKeyError: signed with a key that is not among these.
            SignatureInvalidError: a signature that does not hold.
        """
        if len(data) > SIGNED_BYTES_MAX:
            raise MalformedMessageError(f"a signed message of {len(data)} bytes exceeds 64 KiB")
        try:
            signed = _decoder.decode(data)
        except DECODE_FAULTS as error:
            raise MalformedMessageError(f"not a signed message: {error}") from error
        key = self._keys.get(signed.key_id)
        if signed.version != 1:
            raise SignatureInvalidError(f"signed in a way that is not known here: {signed.version}")
        if key is None:
            raise UnknownSigningKeyError(f"signed with a key that this site does not know: {signed.key_id[:32]!r}")
        try:
            key.verify(signed.signature, _signed_bytes(topic, signed.payload))
        except InvalidSignature as error:
            raise SignatureInvalidError(f"the signature does not hold for {topic}") from error
        return signed.payload


def _signed_bytes(topic: str, payload: bytes) -> bytes:
    return _CONTEXT + topic.encode() + b"\x00" + payload
