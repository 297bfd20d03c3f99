"""What roles and permissions are called in the console."""

from collections.abc import Sequence
from typing import Final

from cloud.console.languages import mark
from cloud.console.words import Words
from cloud.staff.policy import Permission
from cloud.staff.roles import RoleView

ROLE_NAMES: Final = {
    "owner": mark("Owner"),
    "administrator": mark("Administrator"),
    "manager": mark("Manager"),
    "receptionist": mark("Reception"),
    "sales": mark("Sales"),
    "trainer": mark("Trainer"),
    "installer": mark("Installer"),
    "cashier": mark("Till"),
    "read_only": mark("Read only"),
}
PERMISSION_NAMES: Final[dict[Permission, str]] = {
    "members.read": mark("See members"),
    "members.write": mark("Enter and change members"),
    "members.standing": mark("Black list, role at the gate, other clubs"),
    "members.merge": mark("Merge members who are one person"),
    "members.import": mark("Import members from a file"),
    "members.export": mark("Export lists of members"),
    "labels.write": mark("Edit tags, card types and sources"),
    "credentials.write": mark("Give out and revoke cards"),
    "contracts.sell": mark("Sell plans"),
    "contracts.write": mark("Change contracts"),
    "plans.write": mark("Edit plans"),
    "sessions.read": mark("See the schedule"),
    "sessions.write": mark("Edit the schedule"),
    "bookings.write": mark("Book and cancel sessions"),
    "bookings.online": mark("Book through the club’s web site"),
    "attendance.write": mark("Mark who attended"),
    "dues.read": mark("See what is due"),
    "dues.write": mark("Take payments"),
    "flags.write": mark("Block members, show them messages"),
    "tasks.read": mark("See tasks"),
    "tasks.write": mark("Begin, change and close tasks"),
    "tasks.bulk": mark("Begin tasks for many members at once"),
    "action_types.write": mark("Edit action types and outcomes"),
    "access.read": mark("See who comes and goes"),
    "alarms.acknowledge": mark("Acknowledge alarms"),
    "gateways.read": mark("See gates and their state"),
    "gateways.enrol": mark("Enrol gateways, take them out of service"),
    "gateways.service": mark("Restart and diagnose gateways"),
    "access_rules.write": mark("Edit the access rules"),
    "lanes.open": mark("Open a lane once"),
    "lanes.command": mark("Set lanes free, lock them"),
    "staff.write": mark("Manage staff"),
    "roles.write": mark("Edit roles"),
    "api_keys.write": mark("Make and revoke API keys"),
    "audit.read": mark("Read the audit log"),
    "personal_data.read": mark("See and export all that is kept of a person"),
    "personal_data.erase": mark("Erase a person"),
}


def role_name(role: RoleView, words: Words) -> str:
    """A role's name: the club's own, or that of the language."""
    return role.name or words.text(ROLE_NAMES.get(role.key, role.key))


def named_roles(roles: Sequence[RoleView], words: Words) -> list[tuple[str, str]]:
    """Roles to choose from, by key."""
    return [(role.key, role_name(role, words)) for role in roles]
