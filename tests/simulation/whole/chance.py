"""One source of chance: the product draws ids, epochs and keys from the seed while a simulation runs.

The product asks the operating system for them on purpose and offers no other way; so its modules get other sources in
this one place, and theirs back at the end.
"""

import contextlib
import random
import secrets
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from cloud.kit import ids


@contextlib.contextmanager
def all_chance_from(rng: random.Random, now_ns: Callable[[], int]) -> Iterator[None]:
    """Within the block everything random comes from `rng`, and ids are made at `now_ns` (nanoseconds since 1970)."""
    replaced: list[tuple[Any, str, Any]] = [
        (secrets, "token_hex", lambda size=32: rng.randbytes(size).hex()),
        (secrets, "token_bytes", lambda size=32: rng.randbytes(size)),
        (secrets, "randbits", rng.getrandbits),
        (ids, "time", SimpleNamespace(time_ns=now_ns)),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in replaced]
    state = random.getstate()
    random.seed(rng.getrandbits(64))  # the back-off of the links draws from there
    try:
        for owner, name, source in replaced:
            setattr(owner, name, source)
        yield
    finally:
        for owner, name, source in before:
            setattr(owner, name, source)
        random.setstate(state)
