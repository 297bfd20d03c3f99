"""The pages of the settings, in the order in which their tabs stand, and which of them somebody may see."""

from dataclasses import dataclass
from typing import Final

from cloud.console.languages import mark
from cloud.console.viewer import Visitor
from cloud.staff.policy import Permission


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One tab: `label` is a marked text."""

    address: str
    label: str
    permission: Permission


PAGES: Final = (
    SettingsPage("/settings/tasks", mark("Tasks"), "action_types.write"),
    SettingsPage("/settings/privacy", mark("Privacy"), "action_types.write"),
    SettingsPage("/settings/schedule", mark("Schedule"), "sessions.write"),
    SettingsPage("/settings/cards", mark("Automatic cards"), "action_types.write"),
    SettingsPage("/settings/operations", mark("Scheduled operations"), "tasks.bulk"),
    SettingsPage("/settings/telephone", mark("Telephone exchanges"), "action_types.write"),
    SettingsPage("/settings/staff", mark("Staff"), "staff.write"),
    SettingsPage("/settings/roles", mark("Roles"), "roles.write"),
    SettingsPage("/settings/keys", mark("API keys"), "api_keys.write"),
    SettingsPage("/settings/webhooks", mark("Webhooks"), "api_keys.write"),
    SettingsPage("/settings/audit", mark("Audit log"), "audit.read"),
)


def pages_of(visitor: Visitor) -> list[SettingsPage]:
    """The pages that somebody may see."""
    return [page for page in PAGES if visitor.may(page.permission)]
