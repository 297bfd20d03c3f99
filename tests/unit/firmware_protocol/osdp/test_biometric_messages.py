import pytest

from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.commands import BiometricMatch
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.replies import parse_reply


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(PayloadError, match="unknown biometric status 2"):
        parse_reply(ReplyCode.BIOMATCHR, b"\x00\x02\x00")


def test_a_template_beyond_16_bits_of_length_is_refused() -> None:
    with pytest.raises(FieldRangeError):
        BiometricMatch(0, 0, 0, 0, bytes(1 << 16))
