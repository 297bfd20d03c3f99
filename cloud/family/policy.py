"""What one person is to another, from both sides. Pure."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Kind = Literal["parent", "child", "partner", "sibling", "guardian", "ward", "other"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
RELATIVES_MAX: Final = 30
"""Of one person."""
_OTHER_SIDE: Final[Mapping[Kind, Kind]] = {
    "parent": "child",
    "child": "parent",
    "guardian": "ward",
    "ward": "guardian",
}


def other_side(kind: Kind) -> Kind:
    """What a member is to their relative of this kind."""
    return _OTHER_SIDE.get(kind, kind)
