"""Words of a virtual turnstile."""

import pytest

from gateway.adapters.virtual_lane import parse_input_line
from gateway.domain.lane_inputs import LaneInput, LaneSignal


def test_an_input_word_is_read() -> None:
    assert parse_input_line(b'{"input": "pass_in", "active": true}\n') == LaneInput(
        LaneSignal.ROTATION_IN, is_active=True
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"input": "pass_in"}',
        b'{"input": "pass_in", "active": 1}',
        b'{"input": 1, "active": true}',
        b'{"input": "door", "active": true}',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever kind of it
        parse_input_line(line)
