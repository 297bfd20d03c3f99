import pytest

from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.replies import (
    CardFormat,
    FormattedCard,
    Keypad,
    ManufacturerReply,
    RawCard,
    parse_reply,
)


def test_bits_that_are_not_so_many_bytes_are_refused() -> None:
    with pytest.raises(FieldRangeError, match="26 bits are not 3 bytes"):
        RawCard(0, CardFormat.WIEGAND, 26, b"\x00\x00\x00")


@pytest.mark.parametrize("payload", ["00 02 0800 01", "00 01 0900 01", "00 01 0800 0102"])
def test_card_data_of_an_unknown_format_or_another_length_is_refused(payload: str) -> None:
    with pytest.raises(PayloadError, match="card format"):
        parse_reply(ReplyCode.RAW, bytes.fromhex(payload))


def test_characters_beyond_a_byte_count_are_refused() -> None:
    with pytest.raises(FieldRangeError):
        FormattedCard(0, b"x" * 256)


def test_a_keypad_has_digits_star_and_hash() -> None:
    with pytest.raises(FieldRangeError, match="keys are"):
        Keypad(0, "A")
    with pytest.raises(PayloadError, match="a key that is no digit"):
        parse_reply(ReplyCode.KEYPAD, b"\x00\x01A")


def test_what_was_presented_is_not_shown() -> None:
    assert "1234" not in repr(Keypad(0, "1234"))
    assert "secret" not in repr(FormattedCard(0, b"secret"))


def test_a_vendor_code_has_24_bits() -> None:
    with pytest.raises(FieldRangeError, match="24 bits"):
        ManufacturerReply(-1)
