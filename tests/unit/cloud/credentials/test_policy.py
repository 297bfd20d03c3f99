import pytest

from cloud.credentials.policy import CardFormatError, canonical_raw, canonical_wiegand26, printed_number
from firmware_protocol.wiegand import encode_wiegand26, parse_card_bits


@pytest.mark.parametrize(("facility", "card"), [(0, 0), (1, 12345), (255, 65535)])
def test_the_cloud_and_the_reader_name_a_26_bit_card_alike(facility: int, card: int) -> None:
    assert canonical_wiegand26(facility, card) == parse_card_bits(encode_wiegand26(facility, card), 26)


@pytest.mark.parametrize(("bits", "data"), [(34, "deadbeef40"), (32, "00000001"), (37, "ffffffff08"), (56, "01" * 7)])
def test_the_cloud_and_the_reader_name_other_cards_alike(bits: int, data: str) -> None:
    assert canonical_raw(bits, data.upper()) == parse_card_bits(bytes.fromhex(data), bits)


@pytest.mark.parametrize(("facility", "card"), [(-1, 0), (256, 0), (0, -1), (0, 65536)])
def test_numbers_beyond_26_bits_are_refused(facility: int, card: int) -> None:
    with pytest.raises(CardFormatError):
        canonical_wiegand26(facility, card)


@pytest.mark.parametrize(
    ("bits", "data"), [(26, "00000000"), (3, "00"), (257, "00" * 33), (34, "0000000001"), (34, "00000000"), (34, "xx")]
)
def test_bits_that_do_not_fit_are_refused(bits: int, data: str) -> None:
    with pytest.raises(CardFormatError):
        canonical_raw(bits, data)


def test_people_search_for_what_is_printed_on_the_card() -> None:
    assert printed_number("wiegand26:1:12345") == "12345"
    assert printed_number("raw34:deadbeef40") == "deadbeef40"
