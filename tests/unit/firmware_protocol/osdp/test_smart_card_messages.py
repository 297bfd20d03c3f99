import pytest

from firmware_protocol.osdp.commands import ExtendedWrite, PivDataRequest
from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.replies import ExtendedRead


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        (ExtendedWrite.read_mode(), "00 01"),
        (ExtendedWrite.set_mode(1), "00 02 01 00"),
        (ExtendedWrite.transmit(b"\x00\xa4"), "01 01 00 00a4"),
        (ExtendedWrite.disconnect(reader=1), "01 02 01"),
        (ExtendedWrite.scan(), "01 04 00"),
    ],
)
def test_transparent_mode_is_spoken_as_the_standard_numbers_it(command: ExtendedWrite, payload: str) -> None:
    assert command.encode() == bytes.fromhex(payload)


def test_an_object_id_has_3_bytes() -> None:
    with pytest.raises(FieldRangeError, match="3 bytes"):
        PivDataRequest(b"\x5f\xc1", 0)


def test_modes_beyond_a_byte_are_refused() -> None:
    with pytest.raises(FieldRangeError):
        ExtendedRead(256, 0)
