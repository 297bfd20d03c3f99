"""What each role may do, as permission strings `noun.verb`."""

from typing import Final, Literal, get_args

Permission = Literal[
    "members.read",
    "members.write",
    "credentials.write",
    "members.standing",
    "contracts.sell",
    "contracts.write",
    "plans.write",
    "bookings.write",
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
]

_RECEPTION: Final[frozenset[Permission]] = frozenset(
    {
        "members.read",
        "members.write",
        "credentials.write",
        "bookings.write",
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
ROLES: Final[dict[str, frozenset[Permission]]] = {
    "receptionist": _RECEPTION,
    "manager": _RECEPTION
    | {
        "members.standing",
        "contracts.write",
        "plans.write",
        "access_rules.write",
        "lanes.command",
        "tasks.bulk",
        "action_types.write",
    },
    "cashier": frozenset({"dues.read", "dues.write"}),
    "administrator": frozenset(get_args(Permission)),
    "installer": frozenset({"gateways.read", "gateways.enrol", "gateways.service", "access_rules.write"}),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Everything that a role may do; an unknown role may do nothing."""
    return ROLES.get(role, frozenset())
