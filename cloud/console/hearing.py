"""Who hears what on the event stream: as much as the pages would show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cloud.staff.policy import Permission, Rights
from cloud.staff.site_rights import permissions_for

TAPS: Final = "access"
_HEARD_WITH: Final[Mapping[str, tuple[Permission, ...]]] = {
    TAPS: ("access.read",),
    "presence": ("access.read",),
    "alarm": ("access.read",),
    "task": ("tasks.read",),
    # How far a block is, and the gates that it waits for, stand on the pages of gates, members and tasks.
    "gateway": ("gateways.read", "members.read", "tasks.read"),
    "flag": ("gateways.read", "members.read", "tasks.read", "access.read"),
}
"""What each kind of news needs: one of these; the first one, at every site, to hear whom or what it is about."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What somebody hears: `kinds` at all, and `named` with the id of what changed."""

    kinds: frozenset[str]
    named: frozenset[str]


def hearing_of(rights: Rights) -> Hearing:
    """What somebody with these rights hears. Of what they see a part of, they hear that it changed, and not what."""
    at_all, everywhere = rights.anywhere, permissions_for(rights)
    return Hearing(
        frozenset(kind for kind, needed in _HEARD_WITH.items() if not at_all.isdisjoint(needed)),
        frozenset(kind for kind, needed in _HEARD_WITH.items() if needed[0] in everywhere),
    )
