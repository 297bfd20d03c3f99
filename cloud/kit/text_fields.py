"""Types of text fields in requests: trimmed, bounded, and free of characters that no database or display takes."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line without control characters")
    return value


def _lines(value: str) -> str:
    if not all(character.isprintable() or character in "\n\t" for character in value):
        raise ValueError("must not contain control characters")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_one_line)]
Lines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(_lines)]
