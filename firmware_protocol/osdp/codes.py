"""The numbers of the standard: command, reply, NAK, security block and capability codes."""

from enum import IntEnum
from functools import cache

MARK = 0xFF
"""Idle line; at least one is sent before a frame (clause 5.6)."""
SOM = 0x53
"""Start of message (clause 5.9)."""
REPLY_FLAG = 0x80
"""Set in the address of everything a peripheral device sends."""
BROADCAST_ADDRESS = 0x7F
"""The address that every peripheral device answers to; of use only with one device on the bus."""
FRAME_SIZE_MAX = 1440
"""Largest frame that the standard allows, in bytes."""
FRAME_SIZE_ASSUMED = 128
"""Largest frame that a device surely takes before its capabilities are known."""


@cache
def _values(kind: type[IntEnum]) -> frozenset[int]:
    return frozenset(kind)


def has_value(kind: type[IntEnum], value: int) -> bool:
    """True when ``value`` is one of the numbers of ``kind``."""
    return value in _values(kind)


class CommandCode(IntEnum):
    """What an access control unit asks (annex A.1)."""

    POLL = 0x60
    ID = 0x61
    CAP = 0x62
    LSTAT = 0x64
    ISTAT = 0x65
    OSTAT = 0x66
    RSTAT = 0x67
    OUT = 0x68
    LED = 0x69
    BUZ = 0x6A
    TEXT = 0x6B
    COMSET = 0x6E
    BIOREAD = 0x73
    BIOMATCH = 0x74
    KEYSET = 0x75
    CHLNG = 0x76
    SCRYPT = 0x77
    ACURXSIZE = 0x7B
    FILETRANSFER = 0x7C
    MFG = 0x80
    XWR = 0xA1
    ABORT = 0xA2
    PIVDATA = 0xA3
    GENAUTH = 0xA4
    CRAUTH = 0xA5
    KEEPACTIVE = 0xA7


class ReplyCode(IntEnum):
    """What a peripheral device answers (annex A.2)."""

    ACK = 0x40
    NAK = 0x41
    PDID = 0x45
    PDCAP = 0x46
    LSTATR = 0x48
    ISTATR = 0x49
    OSTATR = 0x4A
    RSTATR = 0x4B
    RAW = 0x50
    FMT = 0x51
    KEYPAD = 0x53
    COM = 0x54
    BIOREADR = 0x57
    BIOMATCHR = 0x58
    CCRYPT = 0x76
    RMAC_I = 0x78
    BUSY = 0x79
    FTSTAT = 0x7A
    PIVDATAR = 0x80
    GENAUTHR = 0x81
    CRAUTHR = 0x82
    MFGSTATR = 0x83
    MFGERRR = 0x84
    MFGREP = 0x90
    XRD = 0xB1


class NakCode(IntEnum):
    """Why a peripheral device refused a command."""

    MESSAGE_CHECK = 1
    COMMAND_LENGTH = 2
    UNKNOWN_COMMAND = 3
    UNEXPECTED_SEQUENCE = 4
    SECURE_CHANNEL_UNSUPPORTED = 5
    SECURE_CHANNEL_REQUIRED = 6
    BIO_TYPE_UNSUPPORTED = 7
    BIO_FORMAT_UNSUPPORTED = 8
    UNABLE_TO_PROCESS = 9


class SecurityBlockType(IntEnum):
    """The stages of the secure channel (annex D): odd from the access control unit, even back."""

    SCS_11 = 0x11
    SCS_12 = 0x12
    SCS_13 = 0x13
    SCS_14 = 0x14
    SCS_15 = 0x15
    SCS_16 = 0x16
    SCS_17 = 0x17
    SCS_18 = 0x18


class CapabilityFunction(IntEnum):
    """What a peripheral device can report about itself in PDCAP (annex B)."""

    CONTACT_STATUS_MONITORING = 1
    OUTPUT_CONTROL = 2
    CARD_DATA_FORMAT = 3
    READER_LED_CONTROL = 4
    READER_AUDIBLE_OUTPUT = 5
    READER_TEXT_OUTPUT = 6
    TIME_KEEPING = 7
    CHECK_CHARACTER_SUPPORT = 8
    COMMUNICATION_SECURITY = 9
    RECEIVE_BUFFER_SIZE = 10
    LARGEST_COMBINED_MESSAGE_SIZE = 11
    SMART_CARD_SUPPORT = 12
    READERS = 13
    BIOMETRICS = 14
    SECURE_PIN_ENTRY = 15
    OSDP_VERSION = 16
