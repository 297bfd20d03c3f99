"""For all tests: temporary files are in memory, and passwords are hashed quickly, because hundreds of tests sign in."""

import os
import tempfile
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from cloud.kit import passwords
from tests.memory_folder import memory_root

PRODUCTION_HASHER = passwords._hasher
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_configure() -> None:
    """Before anything asks where temporary files go: this process, and those that it starts."""
    root = memory_root()
    if root is not None and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(root)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK_HASHER)
        yield
