"""What somebody may do in one request, when their role differs between sites."""

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


def permissions_for(rights: Rights, site_ids: AbstractSet[str] | None) -> frozenset[Permission]:
    """What they may do about something of these sites; without any: what they may do at every site."""
    if site_ids is None:
        return rights.everywhere.intersection(*rights.at_sites.values())
    nothing: frozenset[Permission] = frozenset()
    return nothing.union(*(rights.at(site_id) for site_id in site_ids))


def visible_sites(rights: Rights, permission: Permission) -> VisibleSites:
    """The sites where they have the permission."""
    if permission in rights.everywhere:
        hidden = {site_id for site_id, granted in rights.at_sites.items() if permission not in granted}
        return VisibleSites(frozenset(hidden), is_only=False)
    shown = {site_id for site_id, granted in rights.at_sites.items() if permission in granted}
    return VisibleSites(frozenset(shown), is_only=True)
