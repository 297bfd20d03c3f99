import pytest

from firmware_protocol.wiegand_keys import parse_key_bits


@pytest.mark.parametrize(
    ("data", "bit_count", "key"),
    [
        ("50", 4, "5"),
        ("00", 4, "0"),
        ("a0", 4, "*"),
        ("b0", 4, "#"),
        ("a5", 8, "5"),
        ("f0", 8, "0"),
        ("5a", 8, "*"),
        ("4b", 8, "#"),
    ],
)
def test_a_key_is_four_bits_or_eight_with_its_complement(data: str, bit_count: int, key: str) -> None:
    assert parse_key_bits(bytes.fromhex(data), bit_count) == key


@pytest.mark.parametrize(
    ("data", "bit_count"), [("c0", 4), ("f0", 5), ("b5", 8), ("0f", 8), ("3c", 8), ("a5a5", 8), ("", 4)]
)
def test_what_is_no_key_is_none(data: str, bit_count: int) -> None:
    assert parse_key_bits(bytes.fromhex(data), bit_count) is None
