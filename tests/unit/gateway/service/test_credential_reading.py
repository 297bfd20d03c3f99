"""One card, one canonical form, however the reader sends it."""

import pytest

from firmware_protocol.canonical_uid import UidForm
from firmware_protocol.wiegand import (
    WIEGAND_26,
    WIEGAND_34,
    BitField,
    CardNumber,
    ParityError,
    WiegandFormat,
    encode_wiegand,
    encode_wiegand26,
)
from gateway.domain.access_point import ReaderKey
from gateway.service.credential_reading import CardReading, canonical_credential
from gateway.service.ports import CardPresented, CodePresented

ENTRY = ReaderKey("entry")
UID = bytes.fromhex("04a1b2c3")


def card(data: bytes, bit_count: int) -> CardPresented:
    return CardPresented(ENTRY, data, bit_count, 0.0)


def test_a_reader_reads_26_bits_and_takes_the_rest_raw() -> None:
    assert canonical_credential(card(encode_wiegand26(17, 100), 26), CardReading()) == "wiegand26:17:100"
    assert canonical_credential(card(UID, 32), CardReading()) == "raw32:04a1b2c3"


def test_a_reader_reads_the_formats_that_it_was_given() -> None:
    club = WiegandFormat("club40", 40, BitField(8, 32), BitField(0, 8))
    reading = CardReading((WIEGAND_26, WIEGAND_34, club))
    bits = encode_wiegand(CardNumber(900, 77), WIEGAND_34)
    assert canonical_credential(card(bits, 34), reading) == "wiegand34:900:77"
    assert canonical_credential(card(bytes.fromhex("0700000009"), 40), reading) == "club40:7:9"


def test_misread_bits_are_a_parity_error() -> None:
    with pytest.raises(ParityError):
        canonical_credential(card(bytes(4), 26), CardReading())


@pytest.mark.parametrize(
    ("uid", "data", "bit_count", "canonical"),
    [
        (UidForm(), UID, 32, "uid:04a1b2c3"),
        (UidForm(is_reversed=True), UID[::-1], 32, "uid:04a1b2c3"),
        (UidForm(), bytes.fromhex("04112233445566"), 56, "uid:04112233445566"),
        (UidForm(keep_bytes=3), UID, 32, "uid3:04a1b2"),
        (UidForm(keep_bytes=3), UID[:3], 24, "uid3:04a1b2"),
        (UidForm(), UID + b"\x80", 33, "raw33:04a1b2c380"),
        (UidForm(), encode_wiegand26(17, 100), 26, "wiegand26:17:100"),
    ],
)
def test_a_reader_of_uids_brings_them_into_one_order_and_reads_other_cards_as_always(
    uid: UidForm, data: bytes, bit_count: int, canonical: str
) -> None:
    assert canonical_credential(card(data, bit_count), CardReading(uid=uid)) == canonical


def test_a_phones_random_uid_identifies_nobody() -> None:
    with pytest.raises(ValueError, match="random UID"):
        canonical_credential(card(bytes.fromhex("08a1b2c3"), 32), CardReading(uid=UidForm()))


@pytest.mark.parametrize(("code", "canonical"), [(b"TICKET-7", "code:TICKET-7"), ("  Зал\t".encode(), "code:Зал")])
def test_a_code_is_its_characters(code: bytes, canonical: str) -> None:
    assert canonical_credential(CodePresented(ENTRY, code, 0.0), CardReading()) == canonical


@pytest.mark.parametrize("code", [b"\xff\xfe", b"  ", b"a\x00b"])
def test_a_code_without_readable_characters_is_refused(code: bytes) -> None:
    with pytest.raises(ValueError, match=r"codec|without readable"):
        canonical_credential(CodePresented(ENTRY, code, 0.0), CardReading())
