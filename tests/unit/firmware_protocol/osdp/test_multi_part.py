import pytest

from firmware_protocol.osdp.errors import FieldRangeError, PayloadError
from firmware_protocol.osdp.multi_part import Assembly, Fragment, split_message


@pytest.mark.parametrize(("size", "parts"), [(0, 1), (10, 1), (11, 2), (25, 3)])
def test_a_message_is_put_together_as_it_was_split(size: int, parts: int) -> None:
    data = bytes(range(size))
    fragments = list(split_message(data, 10))
    assert len(fragments) == parts
    assembly = Assembly()
    results = [assembly.add(Fragment.parse(fragment.encode())) for fragment in fragments]
    assert results == [None] * (parts - 1) + [data]


def test_a_fragment_out_of_order_is_refused() -> None:
    first, second, third = split_message(bytes(30), 10)
    assembly = Assembly()
    with pytest.raises(PayloadError, match="a fragment at 10 where 0"):
        assembly.add(second)
    assembly.add(first)
    with pytest.raises(PayloadError, match="a fragment at 20 where 10"):
        assembly.add(third)


def test_a_fragment_of_another_message_is_refused() -> None:
    assembly = Assembly()
    assembly.add(Fragment(30, 0, bytes(10)))
    with pytest.raises(PayloadError):
        assembly.add(Fragment(20, 10, bytes(10)))


def test_a_first_fragment_begins_anew() -> None:
    assembly = Assembly()
    assembly.add(Fragment(30, 0, bytes(10)))
    assert assembly.add(Fragment(2, 0, b"ab")) == b"ab"


def test_a_fragment_beyond_its_message_is_refused() -> None:
    with pytest.raises(FieldRangeError, match="beyond"):
        Fragment(1, 1, b"x")
    with pytest.raises(PayloadError, match="beyond"):
        Fragment.parse(bytes.fromhex("0100 0100 0100 78"))


def test_a_message_too_long_or_a_frame_too_short_is_refused() -> None:
    with pytest.raises(FieldRangeError, match="65535"):
        list(split_message(bytes(1 << 16), 10))
    with pytest.raises(FieldRangeError, match="too small"):
        list(split_message(b"x", 0))
