import pytest

from sync_protocol.digest import BUCKETS, Digest


def test_the_digest_does_not_depend_on_the_order() -> None:
    rows = [(f"flag/{number}", bytes([number])) for number in range(50)]
    one, other = Digest(), Digest()
    for key, row in rows:
        one.add(key, row)
    for key, row in reversed(rows):
        other.add(key, row)
    assert one.root() == other.root()


def test_what_is_added_and_removed_leaves_nothing() -> None:
    digest = Digest()
    digest.add("flag/a", b"row")
    assert digest.root() != Digest().root()
    digest.remove("flag/a", b"row")
    assert digest.root() == Digest().root()


def test_the_same_row_under_another_key_is_another_state() -> None:
    one, other = Digest(), Digest()
    one.add("flag/a", b"row")
    other.add("flag/b", b"row")
    assert one.root() != other.root()


def test_a_digest_is_read_back_from_its_bytes() -> None:
    digest = Digest()
    for number in range(1000):
        digest.add(f"flag/{number}", b"row")
    again = Digest(digest.to_bytes())
    again.remove("flag/3", b"row")
    digest.remove("flag/3", b"row")
    assert again.root() == digest.root()


@pytest.mark.parametrize("size", [0, 1, BUCKETS * 8 - 1, BUCKETS * 8 + 8])
def test_bytes_of_another_length_are_no_digest(size: int) -> None:
    with pytest.raises(ValueError, match="2048 bytes"):
        Digest(bytes(size))
