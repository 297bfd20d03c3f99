import io
import zipfile
from datetime import date

import pytest

from cloud.kit import spreadsheets
from cloud.kit.spreadsheets import Format, SpreadsheetUnreadableError

ROWS = [("Zoë", "=1+1", "+393331234567", date(1990, 1, 2), None, 7), ("Ёлкин", "@cmd", "-x", None, "a\nb", -1)]


def written(form: Format) -> bytes:
    target = io.BytesIO()
    assert spreadsheets.write(target, form, ["name", "a", "b", "born", "note", "number"], ROWS) == 2
    return target.getvalue()


def test_no_cell_becomes_a_formula() -> None:
    """Feature 196."""
    text = written("csv").decode("utf-8-sig")
    assert "'=1+1" in text
    assert "'@cmd,'-x" in text
    assert ",+393331234567," in text
    with zipfile.ZipFile(io.BytesIO(written("xlsx"))) as packed:
        assert "<f>" not in packed.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_written_is_read_again(form: Format) -> None:
    header, first, second = spreadsheets.read(written(form))
    assert header[0] == "name"
    assert (first[0], first[2], first[3], first[5]) == ("Zoë", "+393331234567", "1990-01-02", "7")
    assert second[4] == "a\nb"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_whatever_separates_its_cells(separator: str) -> None:
    content = f'name{separator}phone\r\n"Rossi{separator} Anna"{separator}1\r\n'.encode()
    assert list(spreadsheets.read(content)) == [["name", "phone"], [f"Rossi{separator} Anna", "1"]]


def test_what_is_no_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"\xff\xfe\x00", b"PK\x03\x04 nothing", b'a,"b'):
        with pytest.raises(SpreadsheetUnreadableError):
            list(spreadsheets.read(content))
    monkeypatch.setattr(spreadsheets, "UNPACKED_BYTES_MAX", 100)
    with pytest.raises(SpreadsheetUnreadableError):
        list(spreadsheets.read(written("xlsx")))


def test_a_text_that_no_cell_holds_is_cut_and_not_left_out() -> None:
    target = io.BytesIO()
    spreadsheets.write(target, "xlsx", ["text"], [["x" * (spreadsheets.CELL_CHARACTERS_MAX + 1)]])
    (_, (text,)) = spreadsheets.read(target.getvalue())
    assert text == "x" * spreadsheets.CELL_CHARACTERS_MAX
