"""Passwords of staff: argon2id with the parameters of RFC 9106's second choice (argon2-cffi's default)."""

import functools
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHES_AT_ONCE_MAX: Final = 2
"""Each takes 64 MiB: sign-ins queue here instead of eating the machine's memory."""
PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 200

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(HASHES_AT_ONCE_MAX)


def hash_password(password: str) -> str:
    """The string to store; takes tens of milliseconds on purpose."""
    with _hashing:
        return _hasher.hash(password)


def is_password(password: str, stored_hash: str | None) -> bool:
    """Whether the password is the one of the stored hash. Without a hash (unknown name): no, after as long a time."""
    try:
        with _hashing:
            _hasher.verify(stored_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None


def needs_rehash(stored_hash: str) -> bool:
    """Whether the hash was made with older parameters than today's."""
    return _hasher.check_needs_rehash(stored_hash)


@functools.cache
def _nobody() -> str:
    """Made when first needed: a process that signs nobody in needs neither the time nor the memory for it."""
    return _hasher.hash("the password of nobody")
