"""Clubs for the unit tests of the cloud."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.club import Club, sqlite_club


@pytest.fixture
def club() -> Iterator[Club]:
    with sqlite_club() as club:
        yield club


@pytest.fixture
def shared_club(tmp_path: Path) -> Iterator[Club]:
    """A club for several threads."""
    with sqlite_club(tmp_path / "tornello.db") as club:
        yield club
