"""The pages of the navigation in their order, which of them somebody may see, and on which they begin."""

from dataclasses import dataclass
from typing import Final, Protocol

from cloud.console.languages import mark
from cloud.console.settings_pages import PAGES as SETTINGS_PAGES
from cloud.staff.policy import Permission

NOWHERE: Final = "/account"
"""Where somebody begins whose role opens no page of the navigation."""


class Person(Protocol):
    """Somebody of whom it is known what they may do."""

    def may(self, permission: Permission) -> bool:
        """Whether they have the permission."""


@dataclass(frozen=True, slots=True)
class NavigationPage:
    """One entry: `key` opens it after `g`, `label` is a marked text; who has one of the permissions sees it."""

    address: str
    key: str
    symbol: str
    label: str
    permissions: tuple[Permission, ...]
    unless: Permission | None = None
    """Whoever has this one reaches the page in another way."""
    also: tuple[str, ...] = ()
    """Other pages that belong to it, which have no entry of their own."""

    def leads_to(self, path: str) -> bool:
        """Whether a page belongs to this entry."""
        return path == self.address or any(
            path == each or path.startswith(f"{each}/") for each in (self.address, *self.also) if each != "/"
        )


PAGES: Final = (
    NavigationPage("/", "f", "desk", mark("Front desk"), ("access.read",), also=("/access-events",)),
    NavigationPage("/inside", "i", "turnstile", mark("Who is inside"), ("access.read",)),
    NavigationPage("/alarms", "l", "warning", mark("Alarms"), ("access.read",)),
    NavigationPage(
        "/members",
        "m",
        "members",
        mark("Members"),
        ("members.read",),
        also=("/contracts", "/credentials", "/instalments", "/charges", "/searches"),
    ),
    NavigationPage("/balances", "c", "card", mark("Balances"), ("members.read",), also=("/debts", "/payments")),
    NavigationPage("/plans", "p", "tag", mark("Plans"), ("members.read",)),
    NavigationPage("/payments", "y", "card", mark("Payments"), ("dues.read",), unless="members.read"),
    NavigationPage("/schedule", "h", "calendar", mark("Schedule"), ("sessions.read",)),
    NavigationPage("/board", "b", "board", mark("Board"), ("tasks.read",)),
    NavigationPage("/agenda", "d", "clock", mark("Agenda"), ("tasks.read",)),
    NavigationPage("/funnels", "u", "funnel", mark("Funnels"), ("tasks.read",)),
    NavigationPage("/tasks", "t", "check", mark("Tasks"), ("tasks.read",)),
    NavigationPage("/access", "a", "access", mark("Access"), ("gateways.read",)),
    NavigationPage("/settings", "s", "sliders", mark("Settings"), tuple(page.permission for page in SETTINGS_PAGES)),
)


def pages_of(person: Person) -> list[NavigationPage]:
    """The pages that somebody may see."""
    return [
        page
        for page in PAGES
        if any(map(person.may, page.permissions)) and not (page.unless and person.may(page.unless))
    ]


def first_page_of(person: Person) -> str:
    """The address of the page on which somebody begins."""
    return next((page.address for page in pages_of(person)), NOWHERE)
