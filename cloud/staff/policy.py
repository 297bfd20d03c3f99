"""What each role may do, as permission strings `noun.verb`, until a club edits it (`roles`).

`Rights` are what somebody may do in the end: a role everywhere, and another one at some sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Permission = Literal[
    "members.read",
    "members.write",
    "credentials.write",
    "members.standing",
    "members.merge",
    "members.import",
    "members.export",
    "labels.write",
    "contracts.sell",
    "contracts.write",
    "plans.write",
    "sessions.read",
    "sessions.write",
    "bookings.write",
    "bookings.online",
    "attendance.write",
    "dues.read",
    "dues.write",
    "flags.write",
    "tasks.read",
    "tasks.write",
    "tasks.bulk",
    "action_types.write",
    "access.read",
    "alarms.acknowledge",
    "gateways.read",
    "gateways.enrol",
    "access_rules.write",
    "lanes.open",
    "lanes.command",
    "gateways.service",
    "staff.write",
    "roles.write",
    "api_keys.write",
    "audit.read",
    "personal_data.read",
    "personal_data.erase",
]

_RECEPTION: Final[frozenset[Permission]] = frozenset(
    {
        "members.read",
        "members.write",
        "credentials.write",
        "sessions.read",
        "bookings.write",
        "attendance.write",
        "contracts.sell",
        "dues.read",
        "dues.write",
        "flags.write",
        "tasks.read",
        "tasks.write",
        "access.read",
        "alarms.acknowledge",
        "gateways.read",
        "lanes.open",
    }
)
OWNER: Final = "owner"
"""The one role that cannot be edited, and that somebody always has."""
_EVERYTHING: Final[frozenset[Permission]] = frozenset(get_args(Permission))
ROLES: Final[dict[str, frozenset[Permission]]] = {
    OWNER: _EVERYTHING,
    "administrator": _EVERYTHING,
    "receptionist": _RECEPTION,
    "manager": _RECEPTION
    | {
        "members.standing",
        "members.merge",
        "members.import",
        "members.export",
        "labels.write",
        "contracts.write",
        "plans.write",
        "sessions.write",
        "access_rules.write",
        "lanes.command",
        "tasks.bulk",
        "action_types.write",
        "audit.read",
        "personal_data.read",
    },
    "sales": frozenset(
        {
            "members.read",
            "members.write",
            "contracts.sell",
            "sessions.read",
            "bookings.write",
            "dues.read",
            "dues.write",
            "tasks.read",
            "tasks.write",
            "access.read",
            "gateways.read",
        }
    ),
    "trainer": frozenset(
        {"members.read", "sessions.read", "bookings.write", "attendance.write", "tasks.read", "access.read"}
    ),
    "read_only": frozenset(
        {"members.read", "sessions.read", "dues.read", "tasks.read", "access.read", "gateways.read"}
    ),
    "cashier": frozenset({"dues.read", "dues.write"}),
    "installer": frozenset({"gateways.read", "gateways.enrol", "gateways.service", "access_rules.write"}),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Everything that a role may do as long as nobody has edited it; an unknown role may do nothing."""
    return ROLES.get(role, frozenset())


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do: `everywhere`, save at the sites of `at_sites`, where they may do exactly what it says."""

    everywhere: frozenset[Permission] = frozenset()
    at_sites: Mapping[str, frozenset[Permission]] = field(default_factory=dict)

    @property
    def anywhere(self) -> frozenset[Permission]:
        """Everything that they may do at one site at least."""
        return self.everywhere.union(*self.at_sites.values())

    def at(self, site_id: str) -> frozenset[Permission]:
        """What they may do at a site."""
        return self.at_sites.get(site_id, self.everywhere)

    def covers(self, other: "Rights") -> bool:
        """Whether they may do all that the other may: only then may they manage them."""
        site_ids = {*self.at_sites, *other.at_sites}
        return other.everywhere <= self.everywhere and all(other.at(site) <= self.at(site) for site in site_ids)

    def within(self, scopes: frozenset[Permission]) -> "Rights":
        """What is left of them for a key with these scopes."""
        at_sites = {site_id: permissions & scopes for site_id, permissions in self.at_sites.items()}
        return Rights(self.everywhere & scopes, at_sites)
