from firmware_protocol.osdp.checks import checksum, crc16


def test_the_check_of_nothing_is_the_seed() -> None:
    assert crc16(b"") == 0x1D0F
    assert checksum(b"") == 0


def test_a_message_and_its_checksum_add_up_to_zero() -> None:
    message = b"\x53\x00\x08\x00\x00\x61\x00"
    assert sum(message) + checksum(message) & 0xFF == 0
