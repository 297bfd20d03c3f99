"""The columns of saved lists in words."""

from collections.abc import Iterator, Mapping
from pkgutil import walk_packages

import cloud
from cloud.console import table_files
from cloud.console.column_words import COLUMN_NAMES
from cloud.console.words import words_of
from cloud.members import exporting


def _headers() -> Iterator[tuple[str, ...]]:
    """Those of all lists that are saved through `table_files`."""
    for module in walk_packages(cloud.__path__, "cloud."):
        if ".pages" in module.name:
            names = vars(__import__(module.name, fromlist=["_"]))
            if names.get("table_files") is table_files:
                yield from (value for name, value in names.items() if name.endswith("HEADER"))


def test_every_column_of_a_saved_list_has_a_name_and_every_name_a_column() -> None:
    columns = [set(header) for header in _headers() if header is not exporting.HEADER]
    assert len(columns) > 12
    assert set().union(*columns) == set(COLUMN_NAMES)


def test_no_list_has_two_columns_of_one_name_in_any_language() -> None:
    for header in _headers():
        for names in (_named(header, language) for language in ("en", "it", "ru")):
            assert len(set(names.values())) == len(names), names


def _named(header: tuple[str, ...], language: str) -> Mapping[str, str]:
    return {column: words_of(language).text(COLUMN_NAMES[column]) for column in header}
