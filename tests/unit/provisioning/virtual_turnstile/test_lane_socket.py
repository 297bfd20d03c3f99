import pytest

from provisioning.virtual_turnstile.lane_socket import parse_relay_line


def test_a_relay_word_is_a_direction_and_its_state() -> None:
    assert parse_relay_line(b'{"relay": "in", "closed": true}\n') == ("in", True)
    assert parse_relay_line(b'{"relay": "out", "closed": false, "later": 1}\n') == ("out", False)


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{", b"[]", b'"in"', b'{"relay": "up", "closed": true}', b'{"relay": "in", "closed": 1}', b"\xff\n"],
)
def test_what_is_no_relay_word_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_relay_line(line)
