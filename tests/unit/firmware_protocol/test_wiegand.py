import pytest

from firmware_protocol.wiegand import (
    FORMATS,
    WIEGAND_26,
    WIEGAND_35,
    WIEGAND_37,
    WIEGAND_37_FACILITY,
    WIEGAND_48,
    BitField,
    CardNumber,
    ParityError,
    WiegandFormat,
    decode_wiegand,
    encode_wiegand,
    encode_wiegand26,
    parse_card_bits,
)


def test_a_standard_card_is_its_facility_and_number() -> None:
    assert parse_card_bits(encode_wiegand26(123, 45678), 26) == "wiegand26:123:45678"


def test_the_bits_of_a_well_known_card_are_right() -> None:
    # Facility 1, card 1: even parity 1, 00000001, 0000000000000001, odd parity 0.
    assert encode_wiegand26(1, 1) == bytes.fromhex("80800080")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reads_back_what_it_wrote(name: str) -> None:
    card_format = FORMATS[name]
    number = CardNumber(None if card_format.facility is None else 200, 54321)
    data = encode_wiegand(number, card_format)
    assert decode_wiegand(data, card_format) == number
    assert parse_card_bits(data, card_format.bit_count, [card_format]).startswith(f"{name}:")


@pytest.mark.parametrize("position", range(26))
def test_any_single_misread_bit_of_a_standard_card_is_noticed(position: int) -> None:
    bits = int.from_bytes(encode_wiegand26(77, 4242), "big") ^ 1 << (31 - position)
    with pytest.raises(ParityError):
        parse_card_bits(bits.to_bytes(4, "big"), 26)


@pytest.mark.parametrize("card_format", [WIEGAND_35, WIEGAND_37, WIEGAND_48])
def test_any_single_misread_bit_of_a_longer_card_is_noticed(card_format: WiegandFormat) -> None:
    data = encode_wiegand(CardNumber(5 if card_format.facility else None, 99), card_format)
    whole = int.from_bytes(data, "big")
    for position in range(card_format.bit_count):
        misread = whole ^ 1 << (len(data) * 8 - 1 - position)
        with pytest.raises(ParityError):
            decode_wiegand(misread.to_bytes(len(data), "big"), card_format)


def test_the_parities_of_corporate_1000_cover_what_the_published_masks_cover() -> None:
    # Masks over the 48 bits, most significant first, as card cloning tools publish them.
    masks = {1: 0x1B6D_B6DB6DB6, 47: 0x36DB_6DB6DB6C, 0: 0x7FFF_FFFFFFFF}
    for parity in WIEGAND_48.parity:
        covered = sum(1 << (47 - position) for position in parity.covered)
        assert covered == masks[parity.position]


def test_a_bit_count_of_no_format_is_taken_raw_without_its_unused_bits() -> None:
    assert parse_card_bits(b"\xab\xff", 9) == parse_card_bits(b"\xab\x80", 9) == "raw9:ab80"


def test_the_first_format_of_the_configuration_wins() -> None:
    data = encode_wiegand(CardNumber(3, 9), WIEGAND_37_FACILITY)
    assert parse_card_bits(data, 37, [WIEGAND_37_FACILITY, WIEGAND_37]) == "wiegand37fc:3:9"
    assert parse_card_bits(data, 37, [WIEGAND_37]).startswith("wiegand37:")


@pytest.mark.parametrize(("data", "bit_count"), [(b"\x00", 26), (b"\x00" * 5, 26), (b"", 0), (b"\x00", 40)])
def test_bytes_that_are_not_so_many_bits_are_refused(data: bytes, bit_count: int) -> None:
    with pytest.raises(ValueError, match="are not"):
        parse_card_bits(data, bit_count)


@pytest.mark.parametrize(("facility", "card"), [(256, 0), (0, 65536), (-1, 0)])
def test_numbers_that_do_not_fit_are_refused(facility: int, card: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_wiegand26(facility, card)


def test_a_custom_format_reaching_beyond_its_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond its 26 bits"):
        WiegandFormat("site", 26, BitField(20, 16))


def test_a_custom_format_without_parity_is_read() -> None:
    card_format = WiegandFormat("site", 32, BitField(8, 24), BitField(0, 8))
    assert parse_card_bits(b"\x07\x00\x01\x00", 32, [WIEGAND_26, card_format]) == "site:7:256"
