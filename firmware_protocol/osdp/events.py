"""What happened on the bus, in the past tense; every event names the reader's address.

The first part comes from an AccessControlUnit, the second from a PeripheralDevice.
"""

from dataclasses import dataclass, field
from enum import Enum

from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.commands import Buzzer, Command, Led, Text
from firmware_protocol.osdp.errors import RemoteProtocolError, SecurityFailure
from firmware_protocol.osdp.replies import (
    AttachedReaderState,
    Capabilities,
    CardFormat,
    Identification,
    Reply,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened with the reader at ``address``."""

    address: int


class OfflineReason(Enum):
    """Why a reader went offline."""

    UNANSWERED = "it stopped answering"
    SESSION_LOST = "it forgot the session, probably by a restart"
    SECURITY_VIOLATED = "it broke a rule of the secure channel"
    REKEYED = "it took a new key; it comes back at once if it really has it"
    RECONFIGURED = "it took another address or baud rate"
    DISABLED = "it was disabled"


@dataclass(frozen=True, slots=True)
class ReaderOnline(Event):
    """The reader is ready. ``is_secure`` only with its own key, never with the default key."""

    identification: Identification
    capabilities: Capabilities
    is_secure: bool


@dataclass(frozen=True, slots=True)
class ReaderOffline(Event):
    """The reader was online and is not any more."""

    reason: OfflineReason


@dataclass(frozen=True, slots=True)
class SecureChannelFailed(Event):
    """A secure channel could not be set up or was broken; reported once until it succeeds again."""

    reason: SecurityFailure


@dataclass(frozen=True, slots=True)
class CardRead(Event):
    """A card was presented; ``data`` has its first bit in the most significant bit."""

    data: bytes = field(repr=False)
    bit_count: int
    format: CardFormat
    reader_number: int


@dataclass(frozen=True, slots=True)
class FormattedCardRead(Event):
    """A card was presented to a reader that sends characters; in reading order."""

    text: bytes = field(repr=False)
    reader_number: int


@dataclass(frozen=True, slots=True)
class KeypadRead(Event):
    """Keys were pressed: digits, ``*`` and ``#``."""

    digits: str = field(repr=False)
    reader_number: int


@dataclass(frozen=True, slots=True)
class InputsChanged(Event):
    """The state of all inputs, after a change."""

    inputs: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class OutputsChanged(Event):
    """The state of all outputs, after a change."""

    outputs: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class TamperChanged(Event):
    """Somebody opened the enclosure, or closed it again."""

    is_tampered: bool


@dataclass(frozen=True, slots=True)
class PowerChanged(Event):
    """The reader's supply began to fail, or recovered."""

    is_failing: bool


@dataclass(frozen=True, slots=True)
class AttachedReadersChanged(Event):
    """The state of the readers attached to the device, after a change."""

    readers: tuple[AttachedReaderState, ...]


@dataclass(frozen=True, slots=True)
class ReplyReceived(Event):
    """A reply to a poll that has no event of its own (manufacturer, biometrics, smart card)."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class SmartCardDataRead(Event):
    """A multi-part message is complete; ``code`` says which (PIVDATAR, GENAUTHR or CRAUTHR)."""

    code: ReplyCode
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileSent(Event):
    """The reader took the whole file."""

    type: int


@dataclass(frozen=True, slots=True)
class FileFailed(Event):
    """The reader gave up the file, or went away."""

    type: int
    error: RemoteProtocolError


@dataclass(frozen=True, slots=True)
class ReaderFound(Event):
    """An address scan found a device; ``identification`` is None when it tells that in secret only."""

    identification: Identification | None


@dataclass(frozen=True, slots=True)
class ScanFinished(Event):
    """All addresses have been tried; ``address`` is the last of them."""


@dataclass(frozen=True, slots=True)
class CommandCompleted(Event):
    """The reader carried out a command."""

    command: Command
    reply: Reply


@dataclass(frozen=True, slots=True)
class CommandFailed(Event):
    """A command was refused, or the reader went away; in the latter case it may have been carried out."""

    command: Command
    error: RemoteProtocolError


@dataclass(frozen=True, slots=True)
class HostOnline(Event):
    """The access control unit began to talk to this device."""


@dataclass(frozen=True, slots=True)
class HostLost(Event):
    """The access control unit has been silent for 8 s."""


@dataclass(frozen=True, slots=True)
class SecureChannelEstablished(Event):
    """Both ends proved that they hold the key; ``is_default_key`` while pairing."""

    is_default_key: bool


@dataclass(frozen=True, slots=True)
class KeyChanged(Event):
    """The device took a new key, to be stored; install mode is over."""

    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileReceived(Event):
    """The access control unit sent a whole file."""

    type: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CommunicationChanged(Event):
    """The device takes another address and baud rate from now on; both ends emit this."""

    new_address: int
    baud: int


@dataclass(frozen=True, slots=True)
class LedSet(Event):
    """An LED was set."""

    led: Led


@dataclass(frozen=True, slots=True)
class BuzzerSet(Event):
    """The buzzer was set."""

    buzzer: Buzzer


@dataclass(frozen=True, slots=True)
class TextShown(Event):
    """A text was sent to the display."""

    text: Text


@dataclass(frozen=True, slots=True)
class OutputSet(Event):
    """An output was switched."""

    output: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class CommandReceived(Event):
    """A command for the device's own application arrived and was acknowledged.

    Manufacturer's, smart card's or biometric; its answer goes out with ``report`` or ``report_message``.
    """

    command: Command
