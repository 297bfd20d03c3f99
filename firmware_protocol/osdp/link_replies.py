"""Replies about the device and the link: acknowledgements, identity, capabilities, status, keys."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from firmware_protocol.osdp.codes import (
    BROADCAST_ADDRESS,
    FRAME_SIZE_ASSUMED,
    CapabilityFunction,
    ReplyCode,
    has_value,
)
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require, unpack
from firmware_protocol.osdp.message import Reply
from firmware_protocol.osdp.timing import BAUD_RATES

_AES128 = 0x01


@dataclass(frozen=True, slots=True)
class Ack(Reply):
    """Done, or nothing to report."""

    CODE = ReplyCode.ACK


@dataclass(frozen=True, slots=True)
class Nak(Reply):
    """Refused. ``code`` is a NakCode or a reserved value; ``details`` depend on it."""

    CODE = ReplyCode.NAK

    code: int
    details: bytes = b""

    def encode(self) -> bytes:
        return pack("B", self.code) + self.details

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        return cls(fields.u8(), fields.rest())


@dataclass(frozen=True, slots=True)
class Busy(Reply):
    """Not now; ask again with the same sequence number. Always plain text with sequence number 0."""

    CODE = ReplyCode.BUSY


@dataclass(frozen=True, slots=True)
class Identification(Reply):
    """PDID: who made the device and which one it is. ``firmware`` is major, minor, build."""

    CODE = ReplyCode.PDID

    vendor_code: int = 0
    model: int = 0
    version: int = 0
    serial_number: int = 0
    firmware: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        require(0 <= self.vendor_code < 1 << 24, "a vendor code has 24 bits")
        self.encode()

    def encode(self) -> bytes:
        vendor = self.vendor_code.to_bytes(3, "little")
        return vendor + pack("BBIBBB", self.model, self.version, self.serial_number, *self.firmware)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        identification = cls(
            vendor_code=fields.u24(),
            model=fields.u8(),
            version=fields.u8(),
            serial_number=fields.u32(),
            firmware=(fields.u8(), fields.u8(), fields.u8()),
        )
        fields.end()
        return identification

    @property
    def client_id(self) -> bytes:
        """The eight bytes (cUID) by which the device names itself in the handshake."""
        return self.encode()[:8]


@dataclass(frozen=True, slots=True)
class Capability:
    """One function of a device: how well it complies, and how many items it has."""

    function: int
    compliance: int
    item_count: int


@dataclass(frozen=True, slots=True)
class Capabilities(Reply):
    """PDCAP: what the device can do."""

    CODE = ReplyCode.PDCAP

    entries: tuple[Capability, ...] = ()

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return b"".join(pack("BBB", entry.function, entry.compliance, entry.item_count) for entry in self.entries)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        if len(payload) % 3:
            raise PayloadError(f"{len(payload)} bytes are not whole capabilities")
        return cls(tuple(Capability(*payload[start : start + 3]) for start in range(0, len(payload), 3)))

    def find(self, function: CapabilityFunction) -> Capability | None:
        """The entry for one function, or None."""
        return next((entry for entry in self.entries if entry.function == function), None)

    def item_count(self, function: CapabilityFunction) -> int:
        """How many items of this function the device has; 0 when it lacks the function."""
        entry = self.find(function)
        return entry.item_count if entry is not None and entry.compliance else 0

    @property
    def has_secure_channel(self) -> bool:
        entry = self.find(CapabilityFunction.COMMUNICATION_SECURITY)
        return entry is not None and bool(entry.compliance & _AES128)

    @property
    def receive_size(self) -> int:
        """The largest frame, in bytes, that the device takes; 128, the standard's least, when it tells none or less."""
        entry = self.find(CapabilityFunction.RECEIVE_BUFFER_SIZE)
        size = entry.compliance | entry.item_count << 8 if entry is not None else 0
        return max(size, FRAME_SIZE_ASSUMED)


@dataclass(frozen=True, slots=True)
class LocalStatus(Reply):
    """LSTATR: is the enclosure open, is the power failing?"""

    CODE = ReplyCode.LSTATR

    is_tampered: bool
    is_power_failing: bool

    def encode(self) -> bytes:
        return pack("BB", self.is_tampered, self.is_power_failing)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        is_tampered, is_power_failing = unpack("??", payload)
        return cls(is_tampered, is_power_failing)


@dataclass(frozen=True, slots=True)
class InputStatus(Reply):
    """ISTATR: which inputs are active."""

    CODE = ReplyCode.ISTATR

    inputs: tuple[bool, ...]

    def encode(self) -> bytes:
        return bytes(self.inputs)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(tuple(bool(byte) for byte in payload))


@dataclass(frozen=True, slots=True)
class OutputStatus(Reply):
    """OSTATR: which outputs are active."""

    CODE = ReplyCode.OSTATR

    outputs: tuple[bool, ...]

    def encode(self) -> bytes:
        return bytes(self.outputs)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(tuple(bool(byte) for byte in payload))


class AttachedReaderState(IntEnum):
    """The state of a reader attached to the device."""

    NORMAL = 0
    NOT_CONNECTED = 1
    TAMPERED = 2


@dataclass(frozen=True, slots=True)
class ReaderStatus(Reply):
    """RSTATR: the state of each attached reader."""

    CODE = ReplyCode.RSTATR

    readers: tuple[AttachedReaderState, ...]

    def encode(self) -> bytes:
        return bytes(self.readers)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        if not all(has_value(AttachedReaderState, byte) for byte in payload):
            raise PayloadError("unknown reader state")
        return cls(tuple(AttachedReaderState(byte) for byte in payload))


@dataclass(frozen=True, slots=True)
class ComParameters(Reply):
    """COM: the address and baud rate that the device takes from now on."""

    CODE = ReplyCode.COM

    address: int
    baud: int

    def encode(self) -> bytes:
        return pack("BI", self.address, self.baud)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        parameters = cls(*unpack("BI", payload))
        if parameters.address >= BROADCAST_ADDRESS or parameters.baud not in BAUD_RATES:
            raise PayloadError(f"address {parameters.address} or {parameters.baud} baud does not exist")
        return parameters


@dataclass(frozen=True, slots=True)
class ClientCryptogram(Reply):
    """CCRYPT: the device's identity, random number and proof that it holds the key."""

    CODE = ReplyCode.CCRYPT

    client_id: bytes
    random: bytes
    cryptogram: bytes

    def encode(self) -> bytes:
        return self.client_id + self.random + self.cryptogram

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("8s8s16s", payload))


@dataclass(frozen=True, slots=True)
class InitialMac(Reply):
    """RMAC_I: the MAC with which the session begins."""

    CODE = ReplyCode.RMAC_I

    mac: bytes = field(repr=False)

    def encode(self) -> bytes:
        return self.mac

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("16s", payload))
