from argon2 import PasswordHasher

from cloud.kit.passwords import hash_password, is_password, needs_rehash


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
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("old")
    assert needs_rehash(weak)
    assert is_password("old", weak)
