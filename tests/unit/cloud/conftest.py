"""A club in memory for the unit tests of the cloud."""

from collections.abc import Iterator

import pytest

from tests.club import Club, memory_club


@pytest.fixture
def club() -> Iterator[Club]:
    with memory_club() as club:
        yield club
