"""Commands about the link itself: polling, identification, status, parameters, keys."""

from dataclasses import dataclass, field
from typing import Self

from firmware_protocol.osdp.codes import BROADCAST_ADDRESS, CommandCode, ReplyCode
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require, unpack
from firmware_protocol.osdp.message import Command
from firmware_protocol.osdp.timing import BAUD_RATES

_KEY_TYPE_SCBK = 1
_KEY_SIZE = 16

POLL_REPLIES = frozenset(ReplyCode) - {
    ReplyCode.NAK,
    ReplyCode.BUSY,
    ReplyCode.PDID,
    ReplyCode.PDCAP,
    ReplyCode.COM,
    ReplyCode.CCRYPT,
    ReplyCode.RMAC_I,
}


@dataclass(frozen=True, slots=True)
class Poll(Command):
    """Anything to report? Also keeps the reader online."""

    CODE = CommandCode.POLL
    REPLIES = POLL_REPLIES


@dataclass(frozen=True, slots=True)
class IdRequest(Command):
    """Who are you?"""

    CODE = CommandCode.ID
    REPLIES = frozenset({ReplyCode.PDID})

    def encode(self) -> bytes:
        return b"\x00"

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        _require_standard_report(payload)
        return cls()


@dataclass(frozen=True, slots=True)
class CapabilitiesRequest(Command):
    """What can you do?"""

    CODE = CommandCode.CAP
    REPLIES = frozenset({ReplyCode.PDCAP})

    def encode(self) -> bytes:
        return b"\x00"

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        _require_standard_report(payload)
        return cls()


def _require_standard_report(payload: bytes) -> None:
    # Early revisions sent no report type; 0 (standard) is the only one defined.
    if payload not in {b"", b"\x00"}:
        raise PayloadError("only the standard report exists")


@dataclass(frozen=True, slots=True)
class LocalStatusRequest(Command):
    """Tamper and power, please."""

    CODE = CommandCode.LSTAT
    REPLIES = frozenset({ReplyCode.LSTATR})


@dataclass(frozen=True, slots=True)
class InputStatusRequest(Command):
    """The state of all inputs, please."""

    CODE = CommandCode.ISTAT
    REPLIES = frozenset({ReplyCode.ISTATR})


@dataclass(frozen=True, slots=True)
class OutputStatusRequest(Command):
    """The state of all outputs, please."""

    CODE = CommandCode.OSTAT
    REPLIES = frozenset({ReplyCode.OSTATR})


@dataclass(frozen=True, slots=True)
class ReaderStatusRequest(Command):
    """The tamper state of the attached readers, please."""

    CODE = CommandCode.RSTAT
    REPLIES = frozenset({ReplyCode.RSTATR})


@dataclass(frozen=True, slots=True)
class ComSet(Command):
    """Take another address and baud rate; COM tells what the device really took."""

    CODE = CommandCode.COMSET
    REPLIES = frozenset({ReplyCode.COM})

    address: int
    baud: int

    def __post_init__(self) -> None:
        require(0 <= self.address < BROADCAST_ADDRESS, f"address 0..126, not {self.address}")
        require(self.baud in BAUD_RATES, f"one of {BAUD_RATES} baud, not {self.baud}")

    def encode(self) -> bytes:
        return pack("BI", self.address, self.baud)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        address, baud = unpack("BI", payload)
        if address >= BROADCAST_ADDRESS or baud not in BAUD_RATES:
            raise PayloadError(f"address {address} or {baud} baud does not exist")
        return cls(address, baud)


@dataclass(frozen=True, slots=True)
class KeySet(Command):
    """Replace the base key (SCBK). Allowed only inside a secure channel, which ends with it."""

    CODE = CommandCode.KEYSET

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require(len(self.key) == _KEY_SIZE, "a key has 16 bytes")

    def encode(self) -> bytes:
        return pack("BB", _KEY_TYPE_SCBK, _KEY_SIZE) + self.key

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        key_type, size, key = unpack("BB16s", payload)
        if key_type != _KEY_TYPE_SCBK or size != _KEY_SIZE:
            raise PayloadError("only a base key (type 1) of 16 bytes can be set")
        return cls(key)


@dataclass(frozen=True, slots=True)
class Challenge(Command):
    """CHLNG: begin the handshake with the access control unit's random number."""

    CODE = CommandCode.CHLNG
    REPLIES = frozenset({ReplyCode.CCRYPT})

    random: bytes

    def encode(self) -> bytes:
        return self.random

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("8s", payload))


@dataclass(frozen=True, slots=True)
class ServerCryptogram(Command):
    """SCRYPT: the access control unit's proof that it holds the key."""

    CODE = CommandCode.SCRYPT
    REPLIES = frozenset({ReplyCode.RMAC_I})

    cryptogram: bytes

    def encode(self) -> bytes:
        return self.cryptogram

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("16s", payload))


@dataclass(frozen=True, slots=True)
class AcuReceiveSize(Command):
    """ACURXSIZE: the largest frame, in bytes, that the access control unit takes."""

    CODE = CommandCode.ACURXSIZE

    size: int

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("H", self.size)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("H", payload))


@dataclass(frozen=True, slots=True)
class KeepActive(Command):
    """Keep a smart card in the field powered for ``duration_ms``, 0..65535."""

    CODE = CommandCode.KEEPACTIVE

    duration_ms: int

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("H", self.duration_ms)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("H", payload))


@dataclass(frozen=True, slots=True)
class Abort(Command):
    """Give up the operation in progress (file transfer, biometrics, smart card)."""

    CODE = CommandCode.ABORT


@dataclass(frozen=True, slots=True)
class Manufacturer(Command):
    """MFG: a command of the manufacturer's own, named by its 24-bit vendor code (IEEE OUI)."""

    CODE = CommandCode.MFG
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.MFGREP, ReplyCode.MFGSTATR, ReplyCode.MFGERRR})

    vendor_code: int
    data: bytes = b""

    def __post_init__(self) -> None:
        require(0 <= self.vendor_code < 1 << 24, "a vendor code has 24 bits")

    def encode(self) -> bytes:
        return self.vendor_code.to_bytes(3, "little") + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        return cls(fields.u24(), fields.rest())
