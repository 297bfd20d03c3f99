"""One OSDP frame: mark, header, security block, code, data, MAC, check characters (clause 5.9).

    [FF] 53 address length(2) control [security block] code data... [MAC(4)] CRC(2) or checksum(1)

The length counts from 53 to the last check character. Encryption and MAC are secure_channel's:
here they are opaque bytes.
"""

from dataclasses import dataclass, replace

from firmware_protocol.osdp.checks import checksum, crc16
from firmware_protocol.osdp.codes import FRAME_SIZE_MAX, MARK, REPLY_FLAG, SOM, SecurityBlockType, has_value
from firmware_protocol.osdp.errors import FieldRangeError, FrameError

HEADER_SIZE = 5
MAC_SIZE = 4
FRAME_SIZE_MIN = HEADER_SIZE + 2

_SEQUENCE_MASK = 0x03
_CRC_FLAG = 0x04
_SECURITY_FLAG = 0x08
_RESERVED_MASK = 0xF0


@dataclass(frozen=True, slots=True)
class SecurityBlock:
    """Which secure channel stage a frame belongs to, with the stage's data byte if it has one."""

    type: SecurityBlockType
    data: bytes = b""

    @property
    def has_mac(self) -> bool:
        """True from SCS_15 on: the session is established and each frame carries four MAC bytes."""
        return self.type >= SecurityBlockType.SCS_15


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's fields; ``address`` is 0..127 without the reply flag.

    ``reserved`` are the control bits that the standard keeps for later; they count for the MAC.
    """

    address: int
    is_reply: bool
    sequence: int
    code: int
    payload: bytes = b""
    security: SecurityBlock | None = None
    mac: bytes = b""
    has_crc: bool = True
    reserved: int = 0

    def with_mac(self, mac: bytes) -> "Frame":
        """The same frame with the first four bytes of ``mac`` in its MAC field."""
        return replace(self, mac=mac[:MAC_SIZE])

    def authenticated_bytes(self) -> bytes:
        """Everything that the MAC covers: from the start of message to the end of the data."""
        security = b""
        if self.security is not None:
            security = bytes((2 + len(self.security.data), self.security.type)) + self.security.data
        mac_size = MAC_SIZE if self.security is not None and self.security.has_mac else 0
        size = HEADER_SIZE + len(security) + 1 + len(self.payload) + mac_size + (2 if self.has_crc else 1)
        if size > FRAME_SIZE_MAX:
            raise FieldRangeError(f"a frame of {size} bytes; the standard allows {FRAME_SIZE_MAX}")
        flags = (_CRC_FLAG if self.has_crc else 0) | (_SECURITY_FLAG if security else 0)
        control = self.sequence | flags | self.reserved
        address = self.address | (REPLY_FLAG if self.is_reply else 0)
        header = bytes((SOM, address, size & 0xFF, size >> 8, control))
        return header + security + bytes((self.code,)) + self.payload

    def encode(self) -> bytes:
        """The frame's bytes, without a leading mark."""
        covered = self.authenticated_bytes() + self.mac
        if self.has_crc:
            return covered + crc16(covered).to_bytes(2, "little")
        return covered + bytes((checksum(covered),))

    def encode_with_mark(self) -> bytes:
        """The frame's bytes as they go on the wire, after one mark."""
        return bytes((MARK,)) + self.encode()


def frame_size(header: bytes | bytearray) -> int:
    """The length that a header of at least four bytes announces."""
    return header[2] | header[3] << 8


def parse_frame(raw: bytes) -> Frame:
    """The frame in ``raw``, which starts at the start of message and ends with the check characters.

    Raises FrameError when length, check characters or security block are wrong.
    """
    if len(raw) < FRAME_SIZE_MIN or raw[0] != SOM or frame_size(raw) != len(raw):
        raise FrameError("no frame: start of message or length is wrong")
    control = raw[4]
    has_crc = bool(control & _CRC_FLAG)
    body = _checked_body(raw, has_crc=has_crc)
    security, position = _parse_security_block(body) if control & _SECURITY_FLAG else (None, HEADER_SIZE)
    end = len(body)
    # Some controllers announce a MAC before they have a session, and send none; who opens it refuses it.
    if security is not None and security.has_mac and position < end - MAC_SIZE:
        end -= MAC_SIZE
    if position >= end:
        raise FrameError("no frame: it has no command or reply code")
    return Frame(
        address=raw[1] & ~REPLY_FLAG,
        is_reply=bool(raw[1] & REPLY_FLAG),
        sequence=control & _SEQUENCE_MASK,
        code=body[position],
        payload=body[position + 1 : end],
        security=security,
        mac=body[end:],
        has_crc=has_crc,
        reserved=control & _RESERVED_MASK,
    )


def _checked_body(raw: bytes, *, has_crc: bool) -> bytes:
    if has_crc:
        body, check = raw[:-2], int.from_bytes(raw[-2:], "little")
        is_valid = crc16(body) == check
    else:
        body, check = raw[:-1], raw[-1]
        is_valid = checksum(body) == check
    if not is_valid:
        raise FrameError("wrong check characters")
    return body


def _parse_security_block(body: bytes) -> tuple[SecurityBlock, int]:
    size = body[HEADER_SIZE] if len(body) > HEADER_SIZE else 0
    end = HEADER_SIZE + size
    if size < 2 or end > len(body) or not has_value(SecurityBlockType, body[HEADER_SIZE + 1]):
        raise FrameError("wrong security block")
    return SecurityBlock(SecurityBlockType(body[HEADER_SIZE + 1]), body[HEADER_SIZE + 2 : end]), end


def payload_size_max(frame_size_max: int, *, is_secure: bool) -> int:
    """The most bytes of data that fit a frame of ``frame_size_max`` bytes, with CRC.

    Inside the secure channel data grows by its padding to whole blocks of 16. The other end may claim to
    take more than the standard allows: it gets no larger frames for that.
    """
    frame_size_max = min(frame_size_max, FRAME_SIZE_MAX)
    if not is_secure:
        return frame_size_max - HEADER_SIZE - 1 - 2
    blocks = (frame_size_max - HEADER_SIZE - 2 - 1 - MAC_SIZE - 2) // 16
    return blocks * 16 - 1
