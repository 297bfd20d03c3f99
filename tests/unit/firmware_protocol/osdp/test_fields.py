import pytest

from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require, tenths, unpack


def test_fields_are_little_endian() -> None:
    fields = FieldReader(bytes(range(1, 11)) + b"rest")
    assert (fields.u8(), fields.u16(), fields.u24(), fields.u32()) == (1, 0x0302, 0x060504, 0x0A090807)
    assert fields.rest() == b"rest"
    fields.end()


def test_too_few_bytes_are_refused() -> None:
    with pytest.raises(PayloadError, match="1 bytes of data, at least 2"):
        FieldReader(b"x").u16()


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PayloadError, match="only 0 expected"):
        FieldReader(b"x").end()


def test_a_value_that_does_not_fit_is_our_callers_fault() -> None:
    assert pack("BH", 1, 2) == b"\x01\x02\x00"
    with pytest.raises(FieldRangeError):
        pack("B", 256)


def test_durations_are_sent_in_tenths_of_a_second() -> None:
    assert tenths("on_ms", 300) == 3
    with pytest.raises(FieldRangeError, match="on_ms must be a multiple of 100 ms"):
        tenths("on_ms", 350)


def test_a_requirement_says_what_is_wrong() -> None:
    require(True, "fine")
    with pytest.raises(FieldRangeError, match="not so"):
        require(False, "not so")


def test_a_payload_of_one_layout_is_decoded_whole() -> None:
    assert unpack("B2sH", b"\x01\x02\x03\x04\x05") == (1, b"\x02\x03", 0x0504)
    for wrong in (b"\x01\x02\x03\x04", b"\x01\x02\x03\x04\x05\x06"):
        with pytest.raises(PayloadError, match=f"{len(wrong)} bytes of data, 5 expected"):
            unpack("B2sH", wrong)
