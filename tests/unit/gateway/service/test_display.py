"""Texts cut to what a display can hold."""

from gateway.service.display import DisplaySettings, fit_lines


def test_words_are_wrapped_and_the_rest_is_cut_off() -> None:
    assert fit_lines("Please come to the reception at once", DisplaySettings(2, 16)) == (
        "Please come to",
        "the reception at",
    )


def test_line_breaks_of_the_text_are_kept() -> None:
    assert fit_lines("Welcome\nAnna Maria", DisplaySettings(4, 20)) == ("Welcome", "Anna Maria")


def test_a_word_longer_than_the_display_is_cut_into_lines() -> None:
    assert fit_lines("Donaudampfschifffahrt", DisplaySettings(2, 16)) == ("Donaudampfschiff", "fahrt")


def test_cyrillic_stays_cyrillic_where_the_display_can_show_it() -> None:
    assert fit_lines("Анна", DisplaySettings(2, 16, "utf-8")) == ("Анна",)
    assert fit_lines("Анна", DisplaySettings(2, 16, "ascii")) == ("Anna",)


def test_a_reader_without_display_gets_no_lines() -> None:
    assert fit_lines("Welcome", DisplaySettings(0, 16)) == ()
