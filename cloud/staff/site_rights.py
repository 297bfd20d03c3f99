"""What somebody may do in one request, when their role differs between sites."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from cloud.staff.policy import Permission, Rights

LISTED: Final[frozenset[Permission]] = frozenset(
    {"members.read", "sessions.read", "dues.read", "tasks.read", "access.read", "gateways.read"}
)
"""What is read in lists over all sites, which are narrowed to those where the reader has the permission."""


@dataclass(frozen=True, slots=True)
class VisibleSites:
    """Only these sites, or all but these."""

    site_ids: frozenset[str]
    is_only: bool


def permissions_for(rights: Rights, named: Sequence[AbstractSet[str]] = ()) -> frozenset[Permission]:
    """What they may do about all that a request names at once; where it names nothing: what they may do at every site.

    Args:
        named: the sites of each thing; of those of one thing, the role at any of them will do.
    """
    if not named:
        return rights.everywhere.intersection(*rights.at_sites.values())
    nothing: frozenset[Permission] = frozenset()
    about_each = [nothing.union(*(rights.at(site_id) for site_id in site_ids)) for site_ids in named]
    return about_each[0].intersection(*about_each[1:])


def visible_sites(rights: Rights, permission: Permission) -> VisibleSites:
    """The sites where they have the permission."""
    if permission in rights.everywhere:
        hidden = {site_id for site_id, granted in rights.at_sites.items() if permission not in granted}
        return VisibleSites(frozenset(hidden), is_only=False)
    shown = {site_id for site_id, granted in rights.at_sites.items() if permission in granted}
    return VisibleSites(frozenset(shown), is_only=True)
