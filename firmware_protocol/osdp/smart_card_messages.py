"""Smart cards behind the reader: PIV data, authentication, and transparent mode (XWR and XRD)."""

from dataclasses import dataclass, field
from typing import Self

from firmware_protocol.osdp.codes import CommandCode, ReplyCode
from firmware_protocol.osdp.fields import FieldReader, pack, require, unpack
from firmware_protocol.osdp.message import Command, Reply
from firmware_protocol.osdp.multi_part import Fragment


@dataclass(frozen=True, slots=True)
class PivDataRequest(Command):
    """PIVDATA: read an element of a PIV object from ``data_offset`` on; PIVDATAR comes in parts."""

    CODE = CommandCode.PIVDATA
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.PIVDATAR})

    object_id: bytes
    element_id: int
    data_offset: int = 0

    def __post_init__(self) -> None:
        require(len(self.object_id) == 3, "an object id has 3 bytes")
        self.encode()

    def encode(self) -> bytes:
        return self.object_id + pack("BH", self.element_id, self.data_offset)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("3sBH", payload))


@dataclass(frozen=True, slots=True)
class FragmentCommand(Command):
    """A command that goes out in parts."""

    fragment: Fragment

    def encode(self) -> bytes:
        return self.fragment.encode()

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(Fragment.parse(payload))


@dataclass(frozen=True, slots=True)
class Authenticate(FragmentCommand):
    """GENAUTH: general authenticate, ISO 7816-4; the whole message is algorithm, key and template."""

    CODE = CommandCode.GENAUTH
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.GENAUTHR})


@dataclass(frozen=True, slots=True)
class AuthenticationChallenge(FragmentCommand):
    """CRAUTH: challenge the card; the whole message is algorithm, key and challenge."""

    CODE = CommandCode.CRAUTH
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.CRAUTHR})


@dataclass(frozen=True, slots=True)
class FragmentReply(Reply):
    """A reply that comes in parts."""

    fragment: Fragment

    def encode(self) -> bytes:
        return self.fragment.encode()

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(Fragment.parse(payload))


@dataclass(frozen=True, slots=True)
class PivData(FragmentReply):
    """PIVDATAR: a part of the object asked for."""

    CODE = ReplyCode.PIVDATAR


@dataclass(frozen=True, slots=True)
class AuthenticationResult(FragmentReply):
    """GENAUTHR: a part of the card's answer to GENAUTH."""

    CODE = ReplyCode.GENAUTHR


@dataclass(frozen=True, slots=True)
class ChallengeResult(FragmentReply):
    """CRAUTHR: a part of the card's answer to CRAUTH."""

    CODE = ReplyCode.CRAUTHR


@dataclass(frozen=True, slots=True)
class ExtendedWrite(Command):
    """XWR: transparent mode. ``mode`` and ``command`` as the standard numbers them (clause 6.20)."""

    CODE = CommandCode.XWR
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.XRD})

    mode: int
    command: int
    data: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BB", self.mode, self.command) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        return cls(fields.u8(), fields.u8(), fields.rest())

    @classmethod
    def read_mode(cls) -> Self:
        """Ask which mode the reader is in."""
        return cls(0, 1)

    @classmethod
    def set_mode(cls, mode: int) -> Self:
        """Go to mode 0 (normal) or 1 (transparent smart card)."""
        return cls(0, 2, bytes((mode, 0)))

    @classmethod
    def transmit(cls, apdu: bytes, reader: int = 0) -> Self:
        """Pass an APDU to the card."""
        return cls(1, 1, bytes((reader,)) + apdu)

    @classmethod
    def disconnect(cls, reader: int = 0) -> Self:
        """Let go of the card."""
        return cls(1, 2, bytes((reader,)))

    @classmethod
    def scan(cls, reader: int = 0) -> Self:
        """Look for a smart card."""
        return cls(1, 4, bytes((reader,)))


@dataclass(frozen=True, slots=True)
class ExtendedRead(Reply):
    """XRD: the answer in transparent mode, ``mode`` and ``reply`` as the standard numbers them."""

    CODE = ReplyCode.XRD

    mode: int
    reply: int
    data: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BB", self.mode, self.reply) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        return cls(fields.u8(), fields.u8(), fields.rest())
