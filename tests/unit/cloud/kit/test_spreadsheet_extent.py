"""How far the cells of an XLSX file reach."""

import io
import zipfile

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from cloud.kit import spreadsheets
from cloud.kit.spreadsheet_extent import cells_reached
from cloud.kit.spreadsheets import SpreadsheetUnreadableError


def packed(*sheets: bytes) -> zipfile.ZipFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, sheet in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
    return zipfile.ZipFile(content)


def test_a_file_with_a_cell_in_the_last_corner_is_refused_before_it_takes_all_memory() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(SpreadsheetUnreadableError, match="too far apart"):
        list(spreadsheets.read(content.getvalue()))


def test_cells_that_only_have_a_colour_reach_nowhere() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(1, 0, "Anna")
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bg_color": "red"}))
    assert list(spreadsheets.read(content.getvalue())) == [["Name"], ["Anna"]]


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        (b'<row r="2"><c r="C2"><v>1</v></c></row>', 6),
        (b"<row r='9'><c><v>1</v></c><c><v>1</v></c></row>", 18),
        (b"<row><c><v>1</v></c></row><row><c/><c><v>1</v></c></row>", 4),
        (b'<x:row r="3"><x:c s="1" r = "b3" t="n"><x:v>1</x:v></x:c></x:row>', 6),
        (b'<row r="1"><cols/><col r="Z99"/></row>', 0),
        (b"""<c x='>' y="<" r="B3"><v>1</v></c>""", 6),
        (b" " * (1024 * 1024 - 3) + b'<c r="B3"><v>1</v></c>', 6),
    ],
)
def test_cells_are_found_wherever_they_stand(sheet: bytes, cells: int) -> None:
    assert cells_reached(packed(b"<none/>", sheet)) == cells


@pytest.mark.parametrize(
    "sheet",
    [
        '<c r="XFD1048576"><v>1</v></c>'.encode("utf-16"),
        b'<!-- <c x=" --><c r="XFD1048576"><v>1</v></c>',
        b"<c " + b" " * 3_000_000 + b'r="XFD1048576"><v>1</v></c>',
    ],
)
def test_what_could_hide_cells_is_refused(sheet: bytes) -> None:
    with pytest.raises(ValueError, match=r"UTF-8|tag"):
        cells_reached(packed(sheet))
