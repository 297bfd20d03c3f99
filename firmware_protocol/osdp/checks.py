"""The two check characters of a frame (clause 5.9.6 and 5.9.7, worked examples in annex E)."""

from binascii import crc_hqx

_CRC_SEED = 0x1D0F


def crc16(data: bytes) -> int:
    """CRC-16 with polynomial 0x1021 and seed 0x1D0F, most significant bit first; sent low byte first."""
    return crc_hqx(data, _CRC_SEED)


def checksum(data: bytes) -> int:
    """The two's complement of the 8-bit sum of all bytes."""
    return -sum(data) & 0xFF
