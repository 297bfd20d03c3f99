"""Names and texts in ASCII."""

import pytest

from gateway.texts.transliteration import to_ascii


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("Щукина Ёлка", "Shchukina Yolka"),
        ("объём", "obyom"),
        ("Зоя Цветкова-Жук", "Zoya Tsvetkova-Zhuk"),
        ("Éva Nuñez Groß", "Eva Nunez Gross"),
        ("Łukasz Ørsted", "Lukasz Orsted"),
        ("«Да» — и…", '"Da" - i...'),
        ("北京", "??"),
        ("tab\there", "tab here"),
        ("line\nbreak", "line\nbreak"),
    ],
)
def test_a_text_reads_alike_in_ascii(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text


def test_a_decomposed_letter_is_the_same_letter() -> None:
    assert to_ascii("и\u0306") == to_ascii("й") == "y"
