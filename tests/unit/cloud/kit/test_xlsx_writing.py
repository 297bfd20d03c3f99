"""What is written is read again by python-calamine, a reader that knows nothing of the writer."""

import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
import python_calamine

from cloud.kit.xlsx_writing import TEXT_MAX, Cell, write_workbook


def written(*rows: list[Cell], header: tuple[str, ...] = ("a", "b")) -> bytes:
    target = io.BytesIO()
    assert write_workbook(target, header, rows) == len(rows)
    return target.getvalue()


def read_again(content: bytes) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "Zoë & <b>Ёлкин</b>",
        '"]]>',
        " both ends ",
        "two\nlines\tand a tab",
        "\r\x00\x1f",
        "_x0041_",
        "𝄞",
        "0123",
    ],
)
def test_a_text_is_read_again_as_it_was(text: str) -> None:
    assert read_again(written([text, None])) == [["a", "b"], [text, ""]]


def test_days_and_numbers_are_read_again_as_such() -> None:
    rows = read_again(
        written([date(1900, 3, 1), -7], [date(2024, 2, 29), 2**40], [datetime(2026, 12, 31, 23, 59, tzinfo=UTC), True])
    )
    assert rows[1:] == [[date(1900, 3, 1), -7], [date(2024, 2, 29), 2**40], [date(2026, 12, 31), 1]]


def test_a_day_that_programs_count_differently_is_a_text() -> None:
    assert read_again(written([date(1900, 2, 28), date(1890, 1, 1)]))[1] == ["1900-02-28", "1890-01-01"]


def test_what_is_no_character_harms_nothing() -> None:
    assert b"_xD800__xFFFF_" in sheet_of(written(["\ud800\uffff", None]))


def test_a_text_is_cut_at_what_a_cell_holds() -> None:
    assert read_again(written(["x" * (TEXT_MAX + 1), None]))[1][0] == "x" * TEXT_MAX


def test_a_table_of_many_rows_and_columns_keeps_each_cell_in_its_place() -> None:
    header = tuple(f"column {number}" for number in range(60))
    table: list[list[Cell]] = [
        [None if (row + column) % 3 else row * column for column in range(60)] for row in range(1200)
    ]
    again = read_again(written(*table, header=header))
    assert again[0] == list(header)
    assert again[1:] == [["" if cell is None else cell for cell in row] for row in table]


def test_a_table_without_rows_is_its_header() -> None:
    assert read_again(written()) == [["a", "b"]]


def test_every_part_is_well_formed_and_named_in_the_list_of_parts() -> None:
    with zipfile.ZipFile(io.BytesIO(written(["text", 1]))) as packed:
        assert packed.testzip() is None
        parts = {f"/{name}": ElementTree.fromstring(packed.read(name)) for name in packed.namelist()}
    named = {each.get("PartName") for each in parts.pop("/[Content_Types].xml")} - {None}
    assert named == {name for name in parts if not name.endswith(".rels")}


def test_the_header_is_bold_and_stays_in_sight() -> None:
    sheet = sheet_of(written(["text", 1]))
    assert b'<pane ySplit="1" topLeftCell="A2"' in sheet
    assert b'<c r="A1" s="1"' in sheet
    assert b'<c r="A2" s="0"' in sheet


def sheet_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read("xl/worksheets/sheet1.xml")
