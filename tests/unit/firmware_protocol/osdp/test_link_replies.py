import pytest

from firmware_protocol.osdp.codes import CapabilityFunction, ReplyCode
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.replies import Capabilities, Capability, Identification, parse_reply


def test_a_vendor_code_has_24_bits() -> None:
    with pytest.raises(FieldRangeError, match="24 bits"):
        Identification(vendor_code=1 << 24)


def test_the_client_id_is_how_the_identification_begins() -> None:
    assert Identification(0x010203, 4, 5, 0x06070809).client_id == bytes.fromhex("0302010405090807")


def test_capabilities_that_are_not_whole_are_refused() -> None:
    with pytest.raises(PayloadError, match="whole capabilities"):
        parse_reply(ReplyCode.PDCAP, b"\x01\x02")


def test_a_capability_beyond_a_byte_is_refused() -> None:
    with pytest.raises(FieldRangeError):
        Capabilities((Capability(1, 1, 256),))


def test_items_count_only_where_the_function_is_supported() -> None:
    capabilities = Capabilities((Capability(1, 0, 4), Capability(2, 1, 3)))
    assert capabilities.item_count(CapabilityFunction.CONTACT_STATUS_MONITORING) == 0
    assert capabilities.item_count(CapabilityFunction.OUTPUT_CONTROL) == 3
    assert capabilities.item_count(CapabilityFunction.READERS) == 0


@pytest.mark.parametrize(
    ("entries", "has_secure_channel"),
    [((), False), ((Capability(9, 0, 0),), False), ((Capability(9, 1, 0),), True)],
)
def test_the_secure_channel_is_a_capability(entries: tuple[Capability, ...], has_secure_channel: bool) -> None:
    assert Capabilities(entries).has_secure_channel is has_secure_channel


@pytest.mark.parametrize(
    ("entries", "size"),
    [((), 128), ((Capability(10, 0, 0),), 128), ((Capability(10, 0xA0, 5),), 1440)],
)
def test_a_device_takes_128_bytes_unless_it_says_otherwise(entries: tuple[Capability, ...], size: int) -> None:
    assert Capabilities(entries).receive_size == size


def test_an_unknown_state_of_an_attached_reader_is_refused() -> None:
    with pytest.raises(PayloadError, match="unknown reader state"):
        parse_reply(ReplyCode.RSTATR, b"\x00\x03")
