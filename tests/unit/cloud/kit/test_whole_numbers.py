import pytest

from cloud.kit.whole_numbers import parse_whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)),
        *((text, None) for text in ("9" * 19, "9" * 5000, "", "-1", "²", "١", " 1", "1_0")),
    ],
)
def test_a_number_is_digits_and_not_too_many(text: str, number: int | None) -> None:
    assert parse_whole(text) == number
