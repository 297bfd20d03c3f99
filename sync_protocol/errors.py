"""Everything that a received message can be guilty of. Each is the sender's fault, and names what to do."""

from typing import Final

import msgspec

# All that msgspec raises on foreign bytes; text that is not UTF-8 escapes its own family of errors.
DECODE_FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class SyncProtocolError(Exception):
    """A message from the other side that cannot be accepted."""


class TopicError(SyncProtocolError):
    """The topic is not one of the contract's."""


class MalformedMessageError(SyncProtocolError):
    """The bytes are not a message of the contract: wrong encoding, missing or mistyped fields."""


class MessageTooLargeError(SyncProtocolError):
    """The payload is larger than the portable limit of 64 KiB."""


class UnknownVersionError(SyncProtocolError):
    """The message speaks a version of the contract that this side does not know."""

    def __init__(self, version: int, kind: str, known: int) -> None:
        super().__init__(
            f"message {kind!r} has version {version}, this side speaks version {known}: update the older side"
        )
        self.version = version
        self.kind = kind
        self.known = known


class UnknownKindError(SyncProtocolError):
    """The message is of a kind that this side does not expect in this direction."""


class SignatureInvalidError(SyncProtocolError):
    """A message that was not signed, by the key that it has to be signed with, for this very topic."""


class UnknownSigningKeyError(SignatureInvalidError):
    """The message is signed with a key that is not among those believed: perhaps a newer one."""
