import pytest

from cloud.kit.sealed_secrets import UnsealError, open_secret, seal_secret

KEY = bytes(range(32))


def test_a_secret_opens_with_its_key_in_its_place_only() -> None:
    sealed = seal_secret(KEY, b"signing key", "site/1")
    assert open_secret(KEY, sealed, "site/1") == b"signing key"
    assert b"signing" not in sealed
    for key, data, context in (
        (bytes(32), sealed, "site/1"),
        (KEY, sealed, "site/2"),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), "site/1"),
        (KEY, sealed[:20], "site/1"),
        (KEY, b"", "site/1"),
    ):
        with pytest.raises(UnsealError, match="TORNELLO_SECRET_FILE"):
            open_secret(key, data, context)


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal_secret(KEY, b"x", "a") != seal_secret(KEY, b"x", "a")
