"""A card that somebody typed is what a reader would have read."""

import pytest

from firmware_protocol.canonical_uid import UidForm
from gateway.domain.access_point import ReaderKey
from gateway.inspection.presented_card import CardFormatError, read_card
from gateway.service.credential_reading import CardReading, canonical_credential

ENTRY = ReaderKey("entry")


@pytest.mark.parametrize(
    ("typed", "reading", "canonical"),
    [
        ("18:4821", CardReading(), "wiegand26:18:4821"),
        ("255:65535", CardReading(), "wiegand26:255:65535"),
        ("code:MEM-1", CardReading(), "code:MEM-1"),
        ("uid:04A2B3C4", CardReading(uid=UidForm()), "uid:04a2b3c4"),
    ],
)
def test_each_way_to_type_a_card_is_read_as_a_reader_reads_it(typed: str, reading: CardReading, canonical: str) -> None:
    assert canonical_credential(read_card(typed, ENTRY, 0.0), reading) == canonical


@pytest.mark.parametrize("typed", ["", "4821", "256:1", "1:65536", "uid:04", "uid:xyz", "code:" + "x" * 300, "1:2:3"])
def test_what_is_no_card_is_refused_with_how_one_is_typed(typed: str) -> None:
    with pytest.raises(CardFormatError, match="FACILITY:NUMBER"):
        read_card(typed, ENTRY, 0.0)
