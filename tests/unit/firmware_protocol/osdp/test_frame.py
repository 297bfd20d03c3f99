import pytest

from firmware_protocol.osdp.checks import crc16
from firmware_protocol.osdp.codes import SecurityBlockType
from firmware_protocol.osdp.errors import FieldRangeError, FrameError
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame, payload_size_max

PLAIN = Frame(1, False, 2, 0x6B, b"text")
CHECKSUM = Frame(0x7E, True, 3, 0x40, has_crc=False)
HANDSHAKE = Frame(1, False, 1, 0x76, bytes(8), SecurityBlock(SecurityBlockType.SCS_11, b"\x01"))
PROTECTED = Frame(1, True, 1, 0x40, b"", SecurityBlock(SecurityBlockType.SCS_16), b"\x01\x02\x03\x04")


@pytest.mark.parametrize("frame", [PLAIN, CHECKSUM, HANDSHAKE, PROTECTED])
def test_a_frame_is_read_back_as_it_was_written(frame: Frame) -> None:
    assert parse_frame(frame.encode()) == frame
    assert frame.encode_with_mark() == b"\xff" + frame.encode()


@pytest.mark.parametrize("frame", [PLAIN, CHECKSUM, HANDSHAKE, PROTECTED])
def test_no_flipped_bit_goes_unnoticed(frame: Frame) -> None:
    raw = frame.encode()
    for index in range(len(raw) * 8):
        broken = bytearray(raw)
        broken[index // 8] ^= 1 << index % 8
        try:
            # A flipped CRC flag leaves a checksum that fits by chance for one frame in 256, not here.
            parsed = parse_frame(bytes(broken))
        except FrameError:
            continue
        pytest.fail(f"bit {index} was flipped unnoticed: {parsed}")


@pytest.mark.parametrize("size", range(12))
def test_a_frame_cut_short_is_refused(size: int) -> None:
    with pytest.raises(FrameError):
        parse_frame(PLAIN.encode()[:size])


def checked(body: str) -> bytes:
    raw = bytes.fromhex(body)
    return raw + crc16(raw).to_bytes(2, "little")


@pytest.mark.parametrize(
    "body",
    [
        "53 01 0a00 0c 01 15 60",  # a security block of one byte
        "53 01 0a00 0c 09 15 60",  # a security block beyond the frame
        "53 01 0a00 0c 02 19 60",  # an unknown security block
        "53 01 0900 0c 02 15",  # no code
    ],
)
def test_a_wrong_security_block_is_refused(body: str) -> None:
    with pytest.raises(FrameError, match=r"security block|no command"):
        parse_frame(checked(body))


def test_a_security_flag_on_the_shortest_frame_is_refused() -> None:
    raw = bytes.fromhex("53 01 0700 08")
    with pytest.raises(FrameError):
        parse_frame(raw + bytes((0x60,)) + bytes((-(sum(raw) + 0x60) & 0xFF,)))
    body = bytes.fromhex("53 01 0700 0c")
    with pytest.raises(FrameError, match="security block"):
        parse_frame(body + crc16(body).to_bytes(2, "little"))


def test_a_frame_has_1440_bytes_at_most() -> None:
    assert len(Frame(1, False, 0, 0x80, bytes(1432)).encode()) == 1440
    with pytest.raises(FieldRangeError, match="1441 bytes"):
        Frame(1, False, 0, 0x80, bytes(1433)).encode()


def test_the_mac_is_cut_to_its_four_bytes() -> None:
    assert PROTECTED.with_mac(bytes(range(16))).mac == b"\x00\x01\x02\x03"


@pytest.mark.parametrize(("frame_size", "is_secure", "size"), [(128, False, 120), (128, True, 111), (1440, True, 1423)])
def test_what_fits_a_frame_depends_on_its_protection(frame_size: int, is_secure: bool, size: int) -> None:
    assert payload_size_max(frame_size, is_secure=is_secure) == size


def test_a_mac_that_was_announced_but_not_sent_is_empty() -> None:
    frame = parse_frame(checked("53 65 0a00 0c 02 15 60"))
    assert (frame.code, frame.payload, frame.mac) == (0x60, b"", b"")
