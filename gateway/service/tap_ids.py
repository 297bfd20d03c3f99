"""The identities of taps: random, and marked where a person at the gateway's command line made the tap."""

import contextlib
import secrets
from collections.abc import Iterator
from typing import Final

OPERATOR: Final = "operator-"
"""Begins the identity of a tap that no reader has seen."""


class TapIds:
    """Call it for the next one."""

    def __init__(self) -> None:
        self._mark = ""

    def __call__(self) -> str:
        return self._mark + secrets.token_hex(10)

    @contextlib.contextmanager
    def by_operator(self) -> Iterator[None]:
        """Mark those that are made meanwhile; a tap is one call, so no other can slip in."""
        self._mark = OPERATOR
        try:
            yield
        finally:
            self._mark = ""
