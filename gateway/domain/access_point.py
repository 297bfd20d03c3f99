"""One direction through one lane: where a credential is presented and what it opens."""

from dataclasses import dataclass
from typing import NewType

from access_policy.zone import Direction

__all__ = ["AccessPoint", "Direction", "ReaderKey"]

ReaderKey = NewType("ReaderKey", str)
"""The configured name of a reader, unique within a gateway."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A lane and the way through it."""

    lane_id: str
    direction: Direction
