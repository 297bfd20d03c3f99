import pytest

from firmware_protocol.canonical_uid import UidError, UidForm, canonical_uid


def test_one_card_has_one_form_in_both_byte_orders() -> None:
    uid = bytes.fromhex("04a1b2c3d4e5f6")
    assert canonical_uid(uid) == canonical_uid(uid[::-1], UidForm(is_reversed=True)) == "uid:04a1b2c3d4e5f6"


def test_a_site_with_short_readers_compares_what_they_keep() -> None:
    uid = bytes.fromhex("04a1b2c3d4e5f6")
    form = UidForm(keep_bytes=4)
    assert canonical_uid(uid, form) == canonical_uid(uid[:4], form) == "uid4:04a1b2c3"


def test_a_random_uid_identifies_nobody() -> None:
    with pytest.raises(UidError, match="random"):
        canonical_uid(bytes.fromhex("08123456"))


def test_a_long_uid_may_begin_with_08() -> None:
    assert canonical_uid(bytes.fromhex("08112233445566")) == "uid:08112233445566"


@pytest.mark.parametrize("uid", [b"", bytes(4), b"\xff" * 7])
def test_an_empty_uid_is_refused(uid: bytes) -> None:
    with pytest.raises(UidError, match="empty"):
        canonical_uid(uid)


def test_a_uid_of_another_size_is_refused() -> None:
    with pytest.raises(UidError, match="4, 7 or 10"):
        canonical_uid(b"\x01\x02\x03\x04\x05")


def test_fewer_bytes_than_the_site_compares_are_refused() -> None:
    with pytest.raises(UidError, match="where the site compares 4"):
        canonical_uid(b"\x01\x02\x03", UidForm(keep_bytes=4))
