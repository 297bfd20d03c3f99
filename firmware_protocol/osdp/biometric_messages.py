"""Biometrics: scan a finger or a face, and match one against a template."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from firmware_protocol.osdp.codes import CommandCode, ReplyCode, has_value
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, unpack
from firmware_protocol.osdp.message import Command, Reply


class BiometricStatus(IntEnum):
    """How a scan went."""

    SUCCESS = 0x00
    TIMEOUT = 0x01
    UNKNOWN_ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class BiometricRead(Command):
    """BIOREAD: scan and send the template. ``type`` (body part) and ``format`` are the standard's numbers."""

    CODE = CommandCode.BIOREAD
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.BIOREADR})

    reader: int
    type: int
    format: int
    quality: int

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BBBB", self.reader, self.type, self.format, self.quality)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        return cls(*unpack("BBBB", payload))


@dataclass(frozen=True, slots=True)
class BiometricMatch(Command):
    """BIOMATCH: scan and match against ``template``."""

    CODE = CommandCode.BIOMATCH
    REPLIES = frozenset({ReplyCode.ACK, ReplyCode.BIOMATCHR})

    reader: int
    type: int
    format: int
    quality_threshold: int
    template: bytes = field(repr=False)

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        header = pack("BBBBH", self.reader, self.type, self.format, self.quality_threshold, len(self.template))
        return header + self.template

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, body_part, template_format, quality = fields.u8(), fields.u8(), fields.u8(), fields.u8()
        template = fields.take(fields.u16())
        fields.end()
        return cls(reader, body_part, template_format, quality, template)


@dataclass(frozen=True, slots=True)
class BiometricData(Reply):
    """BIOREADR: the template that was scanned."""

    CODE = ReplyCode.BIOREADR

    reader: int
    status: BiometricStatus
    type: int
    quality: int
    template: bytes = field(repr=False)

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        header = pack("BBBBH", self.reader, self.status, self.type, self.quality, len(self.template))
        return header + self.template

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        reader, status, body_part, quality = fields.u8(), _status(fields.u8()), fields.u8(), fields.u8()
        template = fields.take(fields.u16())
        fields.end()
        return cls(reader, status, body_part, quality, template)


@dataclass(frozen=True, slots=True)
class BiometricMatchResult(Reply):
    """BIOMATCHR: ``score`` 0 is no match, 255 the best."""

    CODE = ReplyCode.BIOMATCHR

    reader: int
    status: BiometricStatus
    score: int

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        return pack("BBB", self.reader, self.status, self.score)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        reader, status, score = unpack("BBB", payload)
        return cls(reader, _status(status), score)


def _status(value: int) -> BiometricStatus:
    if not has_value(BiometricStatus, value):
        raise PayloadError(f"unknown biometric status {value}")
    return BiometricStatus(value)
