import pytest
from pydantic import TypeAdapter, ValidationError

from cloud.kit.text_fields import Line, Lines

LINE = TypeAdapter[str](Line)
LINES = TypeAdapter[str](Lines)


def test_texts_are_trimmed() -> None:
    assert LINE.validate_python("  Ёлкин 🏋  ") == "Ёлкин 🏋"
    assert LINES.validate_python(" a\n\tb ") == "a\n\tb"


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\ud800", "a\u2028b", "a" * 1001])
def test_a_line_is_one_printable_line(text: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(text)


@pytest.mark.parametrize("text", ["a\x00", "a\x07b", "\udfff"])
def test_lines_hold_no_control_characters(text: str) -> None:
    with pytest.raises(ValidationError):
        LINES.validate_python(text)
