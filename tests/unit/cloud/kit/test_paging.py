import pytest

from cloud.kit.paging import CursorError, cut_page, encode_cursor, parse_cursor


def test_a_cursor_is_read_back() -> None:
    assert parse_cursor(encode_cursor(("елкин федор", "mem_1", 7)), str, str, int) == ("елкин федор", "mem_1", 7)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "é",
        "!!!",
        "bm90IGpzb24",
        encode_cursor(()),
        encode_cursor((1, "a")),
        encode_cursor(("a",)),
        encode_cursor(("a", 2**63)),
        encode_cursor(("a", -(2**63) - 1)),
        encode_cursor(("a\x00", 1)),
        encode_cursor(("\ud800", 1)),
        "A" * 100_000,
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError):
        parse_cursor(cursor, str, int)


def test_a_boolean_is_no_number() -> None:
    with pytest.raises(CursorError):
        parse_cursor(encode_cursor((True,)), int)


def test_one_row_too_many_says_that_there_is_more() -> None:
    page = cut_page([1, 2, 3], 2, lambda row: (row,))
    assert (page.items, page.next) == ([1, 2], encode_cursor((2,)))
    assert cut_page([1, 2], 2, lambda row: (row,)).next is None
    assert cut_page([], 2, lambda row: (row,)).next is None
