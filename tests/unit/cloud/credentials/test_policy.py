import pytest

from cloud.credentials.policy import (
    CardFormatError,
    canonical_code,
    canonical_raw,
    canonical_uid,
    canonical_wiegand,
    canonical_wiegand26,
    printed_number,
)
from firmware_protocol import canonical_uid as reader_uid
from firmware_protocol.wiegand import (
    FORMATS,
    CardNumber,
    WiegandFormat,
    encode_wiegand,
    encode_wiegand26,
    parse_card_bits,
)


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


@pytest.mark.parametrize("card_format", FORMATS.values(), ids=FORMATS)
def test_the_cloud_and_the_reader_name_a_card_of_every_known_format_alike(card_format: WiegandFormat) -> None:
    facility = None if card_format.facility is None else 9
    bits = encode_wiegand(CardNumber(facility, 1234), card_format)
    read = parse_card_bits(bits, card_format.bit_count, [card_format])
    assert canonical_wiegand(card_format.name, facility, 1234) == read


@pytest.mark.parametrize("uid", ["04a1b2c3", "04a1b2c3d4e5f6", "04a1b2c3d4e5f6070809"])
def test_the_cloud_and_the_reader_name_a_serial_number_alike(uid: str) -> None:
    assert canonical_uid(uid.upper()) == reader_uid.canonical_uid(bytes.fromhex(uid))


def test_a_site_may_compare_fewer_bytes_of_a_serial_number() -> None:
    form = reader_uid.UidForm(keep_bytes=3)
    assert canonical_uid("04a1b2") == reader_uid.canonical_uid(bytes.fromhex("04a1b2c3"), form)


def test_a_code_is_its_text_without_the_blanks_around_it() -> None:
    assert canonical_code(" GYM:42-Я ") == "code:GYM:42-Я"


@pytest.mark.parametrize("name", ["", "raw", "raw34", "uid", "uid3", "code", "Wiegand34", "a:b", "x", "x" * 32])
def test_a_name_that_no_configuration_may_use_is_refused(name: str) -> None:
    with pytest.raises(CardFormatError):
        canonical_wiegand(name, None, 1)


@pytest.mark.parametrize(("facility", "number"), [(None, -1), (-1, 0), (None, 2**64)])
def test_a_number_that_no_card_holds_is_refused(facility: int | None, number: int) -> None:
    with pytest.raises(CardFormatError):
        canonical_wiegand("wiegand37", facility, number)


def test_a_26_bit_card_needs_its_facility_code() -> None:
    with pytest.raises(CardFormatError):
        canonical_wiegand("wiegand26", None, 1)


@pytest.mark.parametrize("uid", ["", "zz", "00" * 11])
def test_what_is_no_serial_number_is_refused(uid: str) -> None:
    with pytest.raises(CardFormatError):
        canonical_uid(uid)


@pytest.mark.parametrize("code", ["", "  ", "a\x07b", "x" * 81])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(CardFormatError):
        canonical_code(code)


def test_people_search_for_what_is_printed_on_the_card() -> None:
    assert printed_number("wiegand26:1:12345") == "12345"
    assert printed_number("raw34:deadbeef40") == "deadbeef40"
    assert printed_number("wiegand37:77") == "77"
    assert printed_number("code:GYM:42") == "GYM:42"
