import pytest

from cloud.kit import passwords
from cloud.kit.passwords import hash_password, is_password, needs_rehash
from tests.conftest import PRODUCTION_HASHER, QUICK_HASHER


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PRODUCTION_HASHER)


def test_a_password_is_known_by_its_hash_only() -> None:
    stored = hash_password("correct horse")
    assert is_password("correct horse", stored)
    assert not is_password("wrong horse", stored)
    assert "horse" not in stored
    assert stored != hash_password("correct horse")


def test_nobody_has_no_password() -> None:
    assert not is_password("the password of nobody", None)
    assert not is_password("anything", "not a hash")


def test_an_older_hash_is_to_be_made_anew() -> None:
    weak = QUICK_HASHER.hash("old")
    assert needs_rehash(weak)
    assert is_password("old", weak)


def test_a_hash_costs_what_the_rfc_asks_for() -> None:
    """RFC 9106, section 4, second recommended option: argon2id, 3 passes, 4 lanes, 64 MiB."""
    assert hash_password("correct horse").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
