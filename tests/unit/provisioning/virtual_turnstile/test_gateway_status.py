import pytest

from provisioning.virtual_turnstile.gateway_status import parse_record


def test_a_record_has_a_type() -> None:
    assert parse_record(b'{"type": "state", "revision": 7}\n') == {"type": "state", "revision": 7}


@pytest.mark.parametrize("line", [b"\n", b"{", b"[]", b'{"type": 1}', b"{}", b"\xff\n"])
def test_what_is_no_record_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_record(line)
