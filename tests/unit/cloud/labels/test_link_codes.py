"""Codes of links in advertisements."""

import pytest

from cloud.labels.link_codes import link_code


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("spring leaflet", set(), "spring-leaflet"),
        ("spring, leaflet!", {"spring-leaflet"}, "spring-leaflet-2"),
        ("spring leaflet", {"spring-leaflet", "spring-leaflet-2"}, "spring-leaflet-3"),
        ("вконтакте", set(), "source"),
        ("реклама 2", {"source"}, "2"),
        ("x" * 60, set(), "x" * 40),
    ],
)
def test_a_code_can_be_read_and_is_there_once(name: str, taken: set[str], code: str) -> None:
    """Feature 181."""
    assert link_code(name, taken) == code
