import pytest

from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.commands import FilePart, parse_commands
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.replies import FileTransferStatus


def test_a_part_beyond_the_end_of_its_file_is_refused() -> None:
    with pytest.raises(FieldRangeError, match="beyond the file's end"):
        FilePart(1, 10, 10, b"x")
    with pytest.raises(PayloadError, match="beyond the file's end"):
        parse_commands(CommandCode.FILETRANSFER, bytes.fromhex("01 0a000000 0a000000 0100 78"))


def test_a_delay_beyond_16_bits_is_refused() -> None:
    with pytest.raises(FieldRangeError):
        FileTransferStatus(0, delay_ms=1 << 16)
