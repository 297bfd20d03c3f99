"""An XLSX file of one sheet, row by row (ECMA-376, Office Open XML: parts of XML in a zip archive).

Only what a table needs: a bold header that stays in sight, texts, whole numbers and days. Each text stands in its cell
instead of a list of all texts, so that a table of any length takes the memory of a few rows.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product
from string import ascii_uppercase
from typing import IO, Final

Cell = str | int | date | None
TEXT_MAX: Final = 32_767
"""Characters that a cell can hold; spreadsheet programs call a file with a longer one damaged."""
_COLUMNS: Final = (*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2)))
_ROWS_AT_ONCE: Final = 500
_COMPRESSION: Final = 1
"""Of zlib: a quarter larger than with its usual 6, in less than half of the time."""
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()
_DAY_MIN: Final = date(1900, 3, 1).toordinal() - _DAY_ZERO
"""Days are counted from 1900 with a 29 February that there was not: before its end the programs disagree."""
_BOLD: Final = 1
_DAY: Final = 2
_SPECIAL: Final = re.compile(r"[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s\Z")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot say, and what would be read as one of these: written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19)."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_SCHEMAS}/spreadsheetml/2006/main"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATION: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"
_RELATIONS: Final = f'{_XML}<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
_PARTS: Final = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_RELATIONS}<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}">'
    '<bookViews><workbookView/></bookViews><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_RELATIONS}<Relationship Id="rId1" Type="{_RELATION}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_RELATION}/styles" Target="styles.xml"/>'
    "</Relationships>",
    # cellXfs are the formats of cells, by their place in it: plain, then _BOLD and _DAY.
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_SHEET_BEGINS: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>'
)
_SHEET_ENDS: Final = "</sheetData></worksheet>"


def write_workbook(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a header and at most 1,048,575 rows of at most 702 cells; return how many rows there were.

    A text of more than `TEXT_MAX` characters is cut; a day before 1 March 1900 is written as text.
    """
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as packed:
        for name, content in _PARTS.items():
            packed.writestr(name, content)
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            waiting = [_SHEET_BEGINS, _row(1, header, _BOLD)]
            for row in rows:
                count += 1
                waiting.append(_row(count + 1, row))
                if len(waiting) >= _ROWS_AT_ONCE:
                    sheet.write("".join(waiting).encode())
                    waiting.clear()
            waiting.append(_SHEET_ENDS)
            sheet.write("".join(waiting).encode())
    return count


def _row(number: int, cells: Sequence[Cell], style: int = 0) -> str:
    filled = [
        _cell(f"{column}{number}", cell, style)
        for column, cell in zip(_COLUMNS, cells, strict=False)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(filled)}</row>'


def _cell(place: str, cell: str | int | date, style: int) -> str:
    if isinstance(cell, date):
        day = cell.toordinal() - _DAY_ZERO
        if day >= _DAY_MIN:
            return f'<c r="{place}" s="{_DAY}"><v>{day}</v></c>'
        cell = cell.isoformat()
    if isinstance(cell, str):
        return f'<c r="{place}" s="{style}" t="inlineStr"><is>{_text(cell[:TEXT_MAX])}</is></c>'
    return f'<c r="{place}" s="{style}"><v>{cell:d}</v></c>'


def _text(text: str) -> str:
    if not _SPECIAL.search(text):
        return f"<t>{text}</t>"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{_UNWRITABLE.sub(_escaped, text)}</t>'


def _escaped(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"
