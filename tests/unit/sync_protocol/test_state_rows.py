import msgspec
import pytest

from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    EntitlementWindow,
    FlagRow,
    SiteRow,
    StateRow,
    TimeSpan,
    encode_row,
    parse_row,
    row_key,
)

ROWS: list[tuple[str, StateRow]] = [
    ("site/sit_a", SiteRow("sit_a", "Клуб", "Europe/Rome", "it", 7)),
    ("credential/00ff", CredentialRow("00ff", "mem_a", "lost")),
    (
        "entitlement/mem_a",
        EntitlementRow("mem_a", "Anna", "it", (EntitlementWindow("ctr_a", 1, 2, (TimeSpan(1, 2),), 3),)),
    ),
    ("flag/flg_a", FlagRow("flg_a", "mem_a", "dues", "block", 5, ("turnstile",), {"en": "Pay"}, 1, 2)),
]


@pytest.mark.parametrize(("key", "row"), ROWS)
def test_a_row_has_one_address_and_is_read_as_it_was_written(key: str, row: StateRow) -> None:
    assert row_key(row) == key
    assert parse_row(encode_row(row)) == row


def test_equal_rows_are_equal_bytes_whatever_the_order_of_their_texts() -> None:
    one = FlagRow("flg_a", "mem_a", "manual", "block", texts={"en": "a", "it": "b"})
    other = FlagRow("flg_a", "mem_a", "manual", "block", texts={"it": "b", "en": "a"})
    assert encode_row(one) == encode_row(other)


def test_what_is_not_a_row_is_not_read() -> None:
    with pytest.raises(msgspec.DecodeError):
        parse_row(msgspec.msgpack.encode({"row": "unicorn"}))
