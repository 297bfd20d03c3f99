"""Which language a person gets."""

import pytest

from cloud.console.languages import choose_language


@pytest.mark.parametrize(
    ("own", "browser", "expected"),
    [
        ("ru", "it", "ru"),
        (None, "it-CH,it;q=0.9,en;q=0.8", "it"),
        (None, "de, RU;q=0.5", "ru"),
        ("xx", "", "en"),
        (None, "de-AT", "en"),
        (None, ";;;,,," * 400, "en"),
    ],
)
def test_the_persons_own_language_then_the_browsers_then_english(own: str | None, browser: str, expected: str) -> None:
    assert choose_language(own, browser) == expected
