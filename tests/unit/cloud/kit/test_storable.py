"""What no column can hold is found wherever it lies, and named."""

from typing import Any

import pytest

from cloud.kit.storable import NUMBER_MAX, find_unstorable


@pytest.mark.parametrize("value", [None, True, 1.5, NUMBER_MAX, -NUMBER_MAX, "12345", {"a": ["b", {"c": 1}]}, [], b"x"])
def test_what_a_database_can_hold_is_let_through(value: object) -> None:
    assert find_unstorable(value, characters_max=5) is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [("\x00", "NUL"), ("123456", "more than 5 characters"), (2**63, "63 bits"), (-(2**63), "bits")],
)
def test_what_it_cannot_is_found_at_any_depth(bad: Any, reason: str) -> None:
    wholes: list[Any] = [bad, [bad], (1, bad), {"key": bad}, {"key": [{"inner": bad}]}]
    if isinstance(bad, str):
        wholes.append({bad: 1})
    for whole in wholes:
        assert reason in (find_unstorable(whole, characters_max=5) or "")


def test_a_value_may_be_deeper_than_calls_can_nest() -> None:
    deep: list[Any] = ["\x00"]
    for _ in range(100_000):
        deep = [deep]
    assert find_unstorable(deep, characters_max=5) == "a text with NUL characters"
