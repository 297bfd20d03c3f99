"""Placeholders of the message at the gate."""

import pytest

from cloud.action_types.policy import DISPLAY_CHARACTERS_MAX, check_template, fill

VALUES = {"first_name": "Anna", "last_name": "Rossi", "complete_by": "12/12/26"}


def test_placeholders_are_filled_in() -> None:
    """Feature 124."""
    text = check_template("{first_name}, call by {complete_by}")
    assert fill(text, VALUES) == "Anna, call by 12/12/26"  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["{password}", "{}", "{ first_name }", "{first_name", "first_name}", "{{first_name}}"])
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    """Feature 124."""
    with pytest.raises(ValueError, match=r"placeholder"):
        check_template(text)


def test_a_text_that_becomes_too_long_is_cut_as_a_display_takes_it() -> None:
    filled = fill("{first_name}" * 10, VALUES | {"first_name": "A" * 100})  # type: ignore[arg-type]
    assert len(filled) == DISPLAY_CHARACTERS_MAX
    assert filled.endswith("…")


def test_what_a_name_holds_is_never_a_placeholder() -> None:
    assert fill("{first_name}", VALUES | {"first_name": "{last_name}"}) == "{last_name}"  # type: ignore[arg-type]
