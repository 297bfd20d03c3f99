"""Every error of the protocol, by whose fault it is.

    OsdpError
    +-- LocalProtocolError        our caller broke a rule
    |   +-- FieldRangeError           a value does not fit its field
    |   +-- UnknownReaderError        no reader with that address on this bus
    |   +-- QueueFullError            the reader's command queue is full
    |   +-- CommandNotAllowedError    the link alone sends this command, or not in this state
    +-- RemoteProtocolError       the other end broke a rule, or refused
        +-- FrameError                the bytes are no frame
        +-- PayloadError              the frame's data does not fit its code
        +-- UnknownCodeError          a command or reply code that the standard does not have
        +-- UnexpectedReplyError      a known reply, but not to this command
        +-- CommandRefusedError       the reader answered NAK
        +-- FileTransferError         the reader gave up a file
        +-- ReaderOfflineError        the reader is not online, or went away meanwhile
        +-- SecurityError             secure channel rules were broken

Nothing else leaves this package, whatever bytes arrive; anything else is a bug.
"""

from enum import Enum

from firmware_protocol.osdp.codes import NakCode, has_value


class OsdpError(Exception):
    """Any error of this package."""


class LocalProtocolError(OsdpError):
    """Our own caller asked for something that the protocol does not allow."""


class FieldRangeError(LocalProtocolError):
    """A value does not fit the field of the message it was given to."""


class UnknownReaderError(LocalProtocolError):
    """The bus has no reader with this address."""

    def __init__(self, address: int) -> None:
        super().__init__(f"no reader with address {address} on this bus")
        self.address = address


class QueueFullError(LocalProtocolError):
    """The reader's command queue is full; wait for a CommandCompleted or CommandFailed event."""


class CommandNotAllowedError(LocalProtocolError):
    """A handshake command, or a key that would travel in plain text."""


class RemoteProtocolError(OsdpError):
    """The other end of the wire broke the rules, or refused."""


class FrameError(RemoteProtocolError):
    """The bytes are not a valid frame (length, check characters, security block)."""


class PayloadError(RemoteProtocolError):
    """The data of a valid frame does not fit its command or reply code."""


class UnknownCodeError(RemoteProtocolError):
    """A command or reply code that OSDP 2.2 does not define."""

    def __init__(self, kind: str, code: int) -> None:
        super().__init__(f"unknown {kind} code 0x{code:02X}")
        self.code = code


class UnexpectedReplyError(RemoteProtocolError):
    """A well-formed reply, but none that the standard allows to this command."""


class CommandRefusedError(RemoteProtocolError):
    """The reader answered NAK."""

    def __init__(self, code: int) -> None:
        name = NakCode(code).name if has_value(NakCode, code) else "reserved"
        super().__init__(f"the reader refused the command: NAK {code} ({name})")
        self.code = code


class FileTransferError(RemoteProtocolError):
    """The reader gave up a file transfer; ``detail`` is its FTSTAT status."""

    def __init__(self, detail: int) -> None:
        super().__init__(f"the reader ended the file transfer with status {detail}")
        self.detail = detail


class ReaderOfflineError(RemoteProtocolError):
    """The reader is not online, so the command was not (or perhaps not) carried out."""


class SecurityFailure(Enum):
    """Which rule of the secure channel was broken."""

    REFUSED = "the reader refuses the handshake"
    DEFAULT_KEY = "the reader wants the public default key instead of ours, or the other way round"
    WRONG_CRYPTOGRAM = "the other end does not hold our key"
    WRONG_MAC = "a frame was forged, replayed or lost"
    PLAIN_TEXT = "plain text where the secure channel is required"
    CAPABILITIES_DOWNGRADED = "the reader no longer claims to support the secure channel"


class SecurityError(RemoteProtocolError):
    """A secure channel rule was broken; ``failure`` says which."""

    def __init__(self, failure: SecurityFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure
