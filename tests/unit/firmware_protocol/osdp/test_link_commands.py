import pytest

from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.commands import (
    AcuReceiveSize,
    ComSet,
    IdRequest,
    KeepActive,
    KeySet,
    Manufacturer,
    parse_commands,
)
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError


def test_an_identification_request_of_early_revisions_has_no_data() -> None:
    assert parse_commands(CommandCode.ID, b"") == (IdRequest(),)


def test_another_report_than_the_standard_one_is_refused() -> None:
    with pytest.raises(PayloadError, match="standard report"):
        parse_commands(CommandCode.CAP, b"\x01")


@pytest.mark.parametrize("address", [-1, 127, 128])
def test_an_address_beyond_126_is_refused(address: int) -> None:
    with pytest.raises(FieldRangeError, match=r"0\.\.126"):
        ComSet(address, 9600)


@pytest.mark.parametrize("payload", ["7f 80250000", "01 00000000", "01 01000000"])
def test_an_address_or_a_baud_rate_that_does_not_exist_cannot_be_taken(payload: str) -> None:
    with pytest.raises(PayloadError, match="does not exist"):
        parse_commands(CommandCode.COMSET, bytes.fromhex(payload))


@pytest.mark.parametrize("baud", [0, 300, 1 << 32])
def test_a_baud_rate_that_the_standard_does_not_know_is_refused(baud: int) -> None:
    with pytest.raises(FieldRangeError, match="baud"):
        ComSet(1, baud)


def test_a_key_has_16_bytes() -> None:
    with pytest.raises(FieldRangeError, match="16 bytes"):
        KeySet(b"short")


@pytest.mark.parametrize("payload", ["02 10" + "00" * 16, "01 0f" + "00" * 16, "01 10" + "00" * 15])
def test_only_a_base_key_of_16_bytes_can_be_set(payload: str) -> None:
    with pytest.raises(PayloadError, match=r"base key|18 expected"):
        parse_commands(CommandCode.KEYSET, bytes.fromhex(payload))


def test_a_key_is_not_shown() -> None:
    assert "5" not in repr(KeySet(b"5" * 16))


def test_sizes_and_times_beyond_16_bits_are_refused() -> None:
    with pytest.raises(FieldRangeError):
        AcuReceiveSize(1 << 16)
    with pytest.raises(FieldRangeError):
        KeepActive(-1)


def test_a_vendor_code_has_24_bits() -> None:
    with pytest.raises(FieldRangeError, match="24 bits"):
        Manufacturer(1 << 24)
