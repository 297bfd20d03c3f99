import pytest

from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.secure_channel import SCBK_D


@pytest.mark.parametrize("address", [-1, 127])
def test_an_address_is_0_to_126(address: int) -> None:
    with pytest.raises(FieldRangeError, match=r"0\.\.126"):
        ReaderSettings(address)


def test_a_key_has_16_bytes_and_is_not_shown() -> None:
    with pytest.raises(FieldRangeError, match="16 bytes"):
        ReaderSettings(1, scbk=b"short")
    assert "key" not in repr(ReaderSettings(1, scbk=b"key-key-key-key-"))


def test_the_default_key_is_no_key() -> None:
    with pytest.raises(FieldRangeError, match="pairing alone"):
        ReaderSettings(1, scbk=SCBK_D)


def test_a_reader_with_a_key_is_not_paired_again() -> None:
    with pytest.raises(FieldRangeError, match="paired already"):
        ReaderSettings(1, scbk=bytes(16), is_pairing=True)


@pytest.mark.parametrize(("scbk", "is_pairing"), [(bytes(16), False), (None, True)])
def test_the_secure_channel_needs_the_crc(scbk: bytes | None, is_pairing: bool) -> None:
    with pytest.raises(FieldRangeError, match="needs the CRC"):
        ReaderSettings(1, scbk=scbk, is_pairing=is_pairing, has_crc=False)
    assert not ReaderSettings(1, has_crc=False).has_crc
