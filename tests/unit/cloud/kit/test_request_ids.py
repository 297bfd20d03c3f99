"""An id that a caller brings is taken only where it can stand in a log."""

import pytest

from cloud.kit import request_ids


@pytest.mark.parametrize("brought", [b"5f0c-77aa:1.b", b"a" * 64])
def test_a_decent_id_is_taken(brought: bytes) -> None:
    assert request_ids.begin(brought) == brought.decode() == request_ids.current()


@pytest.mark.parametrize(
    "brought", [None, b"", b"short", b"a" * 65, b"two\nlines", b"caf\xc3\xa9 au lait", b"<script>"]
)
def test_any_other_gets_a_new_one(brought: bytes | None) -> None:
    taken = request_ids.begin(brought)
    assert (len(taken), taken == request_ids.current()) == (16, True)
