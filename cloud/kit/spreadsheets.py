"""Tables as CSV and XLSX, written and read. What people typed stays text: no cell becomes a formula.

A CSV cell that a spreadsheet program would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"); a
number with a sign is none. In XLSX each cell says itself that it is text.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import IO, Final, Literal

from cloud.kit.spreadsheet_extent import cells_reached

Format = Literal["csv", "xlsx"]
Cell = str | int | Decimal | date | None
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
UNPACKED_BYTES_MAX: Final = 200_000_000
"""Of an XLSX file that is read: what is packed tighter is refused before it is unpacked."""
CELLS_MAX: Final = 5_000_000
"""Of a sheet that is read, from its first cell to its last: 100,000 rows of 50 columns, or 150 MB."""
CELL_CHARACTERS_MAX: Final = 32_767
"""What a cell of an XLSX file holds; XlsxWriter would leave a longer text out without a word."""
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SIGNED_NUMBER: Final = re.compile(r"[+-]\d+([.,]\d+)?")
_XLSX_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


class SpreadsheetUnreadableError(Exception):
    """It is neither CSV in UTF-8 nor XLSX, or it unpacks to too much, or to a table of too many cells."""


def write(target: IO[bytes], form: Format, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table, row by row, and return how many rows there were besides the header."""
    return _write_csv(target, header, rows) if form == "csv" else _write_xlsx(target, header, rows)


def read(content: bytes) -> Iterator[list[str]]:
    """The rows, as text, of a CSV file (UTF-8; commas, semicolons or tabs) or of an XLSX file's first sheet.

    Raises:
        SpreadsheetUnreadableError: see there.
    """
    return _read_xlsx(content) if content.startswith(b"PK\x03\x04") else _read_csv(content)


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) and not _SIGNED_NUMBER.fullmatch(text) else text


def _write_csv(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([harmless(each) for each in header])
    count = 0
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        count += 1
    text.detach()
    return count


def _write_xlsx(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    import xlsxwriter  # type: ignore[import-untyped]  # megabytes that a service without exports never needs

    count = 0
    with xlsxwriter.Workbook(target, _XLSX_OPTIONS) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        decimals = cache(lambda places: book.add_format({"num_format": f"0.{'0' * places}".rstrip(".")}))
        for row in rows:
            count += 1
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    sheet.write_string(count, column, cell[:CELL_CHARACTERS_MAX])
                elif isinstance(cell, date):
                    sheet.write_datetime(count, column, cell)
                elif isinstance(cell, Decimal):
                    sheet.write_number(count, column, cell, decimals(-int(cell.as_tuple().exponent)))
                else:
                    sheet.write_number(count, column, cell)
    return count


def _read_csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SpreadsheetUnreadableError("no CSV in UTF-8") from error


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    import python_calamine

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > UNPACKED_BYTES_MAX:
                raise SpreadsheetUnreadableError("it unpacks to too much")
            if cells_reached(packed) > CELLS_MAX:
                raise SpreadsheetUnreadableError("its cells are too far apart")
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        for row in sheet.to_python(skip_empty_area=False):
            yield [_as_text(cell) for cell in row]
    except (zipfile.BadZipFile, python_calamine.CalamineError, ValueError, IndexError) as error:
        raise SpreadsheetUnreadableError("no XLSX file") from error


def _as_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
